import { connect } from "node:net";

/** A connection that the fixture application has upgraded, as a WebSocket is: it echoes. */
export interface Upgraded {
  echo(text: string): Promise<string>;
  end(): void;
}

/** Opens one on the loopback address. */
export function upgraded(port: number): Promise<Upgraded> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.write("GET /socket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
    });
    socket.on("error", reject);
    socket.once("data", (head) => {
      if (!head.toString().startsWith("HTTP/1.1 101")) return reject(new Error(head.toString()));
      resolve({
        echo: (text) =>
          new Promise((got) => {
            socket.once("data", (data) => got(data.toString()));
            socket.write(text);
          }),
        end: () => socket.end(),
      });
    });
  });
}

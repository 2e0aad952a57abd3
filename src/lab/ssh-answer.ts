import { connect } from "node:net";

const waitMs = 2_000;

/** Whether an SSH server greets at the address, which is more than an open port. */
export async function answersSsh(address: string, signal: AbortSignal, port = 22): Promise<boolean> {
  signal.throwIfAborted();
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, signal });
    let greeting = "";
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(waitMs, () => end(false));
    socket.on("error", () => end(false));
    socket.on("close", () => end(false));
    socket.on("data", (chunk) => {
      greeting += chunk.toString("latin1");
      if (greeting.includes("\n")) end(greeting.startsWith("SSH-2.0-"));
    });
  });
}

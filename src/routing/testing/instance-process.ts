import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { WebSocketServer } from "ws";

/*
 * A web instance for tests: `node instance-process.ts <socket> <name>`. It says its name in every answer, and has a path for each thing
 * that a proxy can get wrong.
 */
const [socket = "", name = ""] = process.argv.slice(2);
let posts = 0;

const paths: Record<string, (request: IncomingMessage, response: ServerResponse) => void | Promise<void>> = {
  "/": (_, response) => void response.end(name),
  "/pid": (_, response) => void response.end(String(process.pid)),
  "/echo": (request, response) => {
    response.setHeader("Content-Type", "application/json");
    response.appendHeader("Set-Cookie", "a=1");
    response.appendHeader("Set-Cookie", "b=2");
    const { method, url, rawHeaders } = request;
    const body = createHash("sha256");
    request.on("data", (chunk: Buffer) => body.update(chunk));
    request.on("end", () =>
      response.end(JSON.stringify({ name, method, url, rawHeaders, body: body.digest("hex") })),
    );
  },
  "/own-headers": (_, response) => {
    response.setHeader("X-Frame-Options", "DENY");
    response.setHeader("Content-Security-Policy", "default-src 'none'");
    response.setHeader("X-Powered-By", "tests");
    response.end(name);
  },
  "/slow": async (request, response) => {
    const parts = Number((request.url ?? "").split("?")[1] ?? 30);
    response.writeHead(200, { "Content-Length": parts });
    for (let part = 0; part < parts; part++) {
      response.write("x");
      await passed(100);
    }
    response.end();
  },
  "/large": async (_, response) => {
    const part = Buffer.alloc(1024 * 1024, "l");
    for (let nth = 0; nth < 200 && !response.destroyed; nth++) {
      if (!response.write(part))
        await new Promise((resolve) => response.once("drain", resolve).once("close", resolve));
    }
    response.end();
  },
  "/events": (_, response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    let nth = 0;
    const timer = setInterval(
      () =>
        response.write(`data: ${nth++}

`),
      50,
    );
    response.on("close", () => clearInterval(timer));
  },
  "/upload": (request, response) => {
    posts++;
    let bytes = 0;
    request.on("data", (chunk: Buffer) => (bytes += chunk.length));
    request.on("end", () => response.end(`${bytes} ${process.memoryUsage.rss()}`));
  },
  "/posts": (_, response) => void response.end(String(posts)),
  "/too-large": (_, response) => {
    response.writeHead(413, { Connection: "close" }).end("too large");
  },
  "/never": (request) => {
    if (request.method === "POST") posts++;
  },
  "/die": () => void process.kill(process.pid, "SIGKILL"),
  "/die-in-the-middle": (_, response) => {
    response.writeHead(200, { "Content-Length": 1000 });
    response.write("the first part", () => process.kill(process.pid, "SIGKILL"));
  },
  "/hang-up": (request) => {
    posts++;
    request.socket.destroy();
  },
  "/wait": (_, response) => {
    response.on("close", () => process.stdout.write(`gone ${!response.writableEnded}\n`));
  },
};

const server = createServer((request, response) => {
  const path = (request.url ?? "").split("?", 1)[0] ?? "";
  const run = paths[path];
  if (run) void run(request, response);
  else response.writeHead(404).end("no such path");
});
const sockets = new WebSocketServer({ noServer: true });
server.on("upgrade", (request, connection, head) => {
  if (request.url === "/refuse") {
    connection.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 9\r\n\r\nforbidden");
    return;
  }
  sockets.handleUpgrade(request, connection, head, (client) => {
    client.send(`${name} ${String(request.headers["x-forwarded-for"])}`);
    client.on("message", (message) => {
      const heard = Array.isArray(message) ? Buffer.concat(message) : Buffer.from(new Uint8Array(message));
      client.send(`${name} heard ${heard.toString()}`);
    });
  });
});
server.listen(socket, () => process.stdout.write("ready\n"));

async function passed(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

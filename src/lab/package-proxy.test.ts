import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, request, type IncomingMessage, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { packageProxyPython } from "./package-proxy-python.ts";
import { python } from "./python.ts";

let folder = "";
let source: Server;
let other: Server;
let proxy: ChildProcess;
let port = 0;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozy-package-proxy-"));
  source = await serving("package");
  other = await serving("secret");
  const free = await serving("");
  port = portOf(free);
  await closed(free);
  await writeFile(join(folder, "proxy.py"), packageProxyPython);
  const sources = [`127.0.0.1:${portOf(source)}`];
  const settings = { address: "127.0.0.1", port, sources, upstream: null };
  await writeFile(join(folder, "settings.json"), JSON.stringify(settings));
  proxy = spawn(python(), [join(folder, "proxy.py"), join(folder, "settings.json")], { stdio: "inherit" });
  await expect
    .poll(
      async () =>
        answer("GET", portOf(source)).then(
          () => true,
          () => false,
        ),
      { timeout: 10_000 },
    )
    .toBe(true);
});
afterEach(async () => {
  proxy.kill("SIGKILL");
  await Promise.all([closed(source), closed(other)]);
  await rm(folder, { recursive: true });
});

it("hands on what a package source answers, and its refusals", async () => {
  expect(await answer("GET", portOf(source))).toEqual({ status: 200, text: "package /pool/a?b=c" });
  expect(await answer("GET", portOf(source), "/missing")).toEqual({ status: 404, text: "package /missing" });
  expect(await answer("HEAD", portOf(source))).toEqual({ status: 200, text: "" });
});

it("asks nobody else, by whatever way", async () => {
  expect(await answer("GET", portOf(other))).toMatchObject({ status: 403 });
  expect(await tunnel(portOf(other))).toMatch(/^HTTP\/1\.1 403 /);
});

it("opens a tunnel to a package source", async () => {
  expect(
    await tunnel(portOf(source), "GET /through HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
  ).toContain("package /through");
});

async function serving(name: string): Promise<Server> {
  const server = createServer(({ url }, response) => {
    response.statusCode = url === "/missing" ? 404 : 200;
    response.end(`${name} ${url}`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function answer(method: string, of: number, path = "/pool/a?b=c") {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const asked = request(
      { host: "127.0.0.1", port, method, path: `http://127.0.0.1:${of}${path}` },
      resolve,
    );
    asked.on("error", reject);
    asked.end();
  });
  let text = "";
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode, text };
}

async function tunnel(to: number, send = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let text = "";
    socket.write(`CONNECT 127.0.0.1:${to} HTTP/1.1\r\nHost: a\r\n\r\n`);
    socket.once("data", () => socket.write(send));
    socket.on("data", (chunk) => (text += chunk.toString()));
    socket.on("close", () => resolve(text));
    socket.on("error", reject);
  });
}

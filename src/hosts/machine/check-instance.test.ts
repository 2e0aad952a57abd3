import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkInstance } from "./check-instance.ts";

const never = new AbortController().signal;
let folder: string;
let socket: string;
let server: Server;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozy-check-"));
  socket = join(folder, "web.0.sock");
  server = createServer((request, response) => {
    const status = /^\/status\/(\d+)$/.exec(request.url ?? "")?.[1];
    const soon = new Date(Date.now() + 60_000).toUTCString();
    if (status !== undefined) response.writeHead(Number(status)).end();
    else if (request.url === "/busy") response.writeHead(429, { "retry-after": soon }).end();
    else if (request.url === "/bad") response.writeHead(503).end("the cache\n is cold");
    else if (request.url !== "/hangs") response.end("hello there");
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

const check = { path: "/", status: 200, text: undefined, timeoutMs: 20_000 };

describe("checkInstance", () => {
  it.each([
    ["a good answer", check, undefined],
    ["a text that is there", { ...check, text: "there" }, undefined],
    ["a text that is not", { ...check, text: "where" }, 'the page does not contain "where"'],
    ["another status", { ...check, path: "/bad" }, "status 503 instead of 200 (the cache is cold)"],
    ["no answer", { ...check, path: "/hangs", timeoutMs: 100 }, "no answer within 0.1 s"],
  ])("%s", async (_name, asked, fault) => {
    expect((await checkInstance(socket, asked, never))?.text).toBe(fault);
  });

  it("an instance that does not listen", async () => {
    expect(await checkInstance(join(folder, "none.sock"), check, never)).toEqual({
      text: "does not listen on its socket",
      silent: true,
    });
  });

  it("a rate limit, with the moment that it gives", async () => {
    const fault = await checkInstance(socket, { ...check, path: "/busy" }, never);
    expect(fault?.retryAfterMs).toBeGreaterThan(30_000);
    expect(fault?.retryAfterMs).toBeLessThanOrEqual(60_000);
  });

  it("names the headers as the project file calls them", async () => {
    const asked = { ...check, path: "/status/401", headersName: "headers" };
    expect((await checkInstance(socket, asked, never))?.hint).toContain("`headers.authorization`");
  });

  it("throws when it is aborted", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("enough")), 20);
    await expect(checkInstance(socket, { ...check, path: "/hangs" }, controller.signal)).rejects.toThrow(
      "enough",
    );
  });
});

import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Instance, Instances } from "./instance.ts";

const timeouts = { connectMs: 20_000, answerMs: 20_000 };
let folder: string;
let server: Server;
let connections = 0;
let open = 0;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ci-"));
  connections = 0;
  server = createServer((_, response) => response.setHeader("X-Name", "value").end("ok"));
  server.on("connection", (socket) => {
    connections++;
    open++;
    socket.on("close", () => open--);
  });
  server.listen(join(folder, "web.0.sock"));
  await once(server, "listening");
});
afterEach(async () => {
  server.close();
  server.closeAllConnections();
  await rm(folder, { recursive: true });
});

/** Asks once and gives what undici hands to the handler as the answer's headers. */
async function ask(instance: Instance): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const client = instance.take("plain");
  let headers: unknown;
  client.dispatch(
    { path: "/", method: "GET" },
    {
      onRequestStart: () => {},
      onResponseStart: (_, __, given) => {
        headers = given;
      },
      onResponseData: () => {},
      onResponseEnd: () => {
        instance.give(client, "plain");
        resolve(headers);
      },
      onResponseError: (_, error) => reject(error),
    },
  );
  return await promise;
}

describe("an instance", () => {
  it("is asked over the same connection again and again", async () => {
    const instance = new Instance(join(folder, "web.0.sock"), timeouts);
    for (let nth = 0; nth < 5; nth++) await ask(instance);
    expect(connections).toBe(1);
    instance.retire();
  });

  it("has its answers' headers as they came, without the cost of an object", async () => {
    const instance = new Instance(join(folder, "web.0.sock"), timeouts);
    expect(Array.isArray(await ask(instance))).toBe(true);
    instance.retire();
  });

  it("that leaves the table loses its idle connections", async () => {
    const socket = join(folder, "web.0.sock");
    const instances = new Instances(timeouts);
    const [instance] = instances.change(Array.from({ length: 100 }, () => socket));
    await ask(instance ?? new Instance(socket, timeouts));
    expect(open).toBe(1);
    instances.change([join(folder, "other.sock")]);
    await expect.poll(() => open, { timeout: 20_000 }).toBe(0);
    expect(instances.all().map((one) => one.name)).toEqual(["other"]);
  });
});

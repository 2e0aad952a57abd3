import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { ask, askRaw, dial } from "../testing/ask.ts";
import { Stage, until } from "../testing/stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
  await Promise.all([stage.instance("one", 0), stage.instance("two")]);
  await stage.routeTo("one", 2);
  await stage.proxy();
});
afterAll(async () => stage.dispose());

const socketUrl = () => stage.url.replace("http", "ws");

describe("a WebSocket", () => {
  it("carries messages both ways, large ones too, and is logged when it ends", async () => {
    const socket = new WebSocket(`${socketUrl()}/chat?token=secret`, {
      headers: { Cookie: "cozy_bucket=00" },
    });
    expect(String((await once(socket, "message"))[0])).toBe("one/0 127.0.0.1");
    const large = "m".repeat(1_000_000);
    socket.send(large);
    expect(String((await once(socket, "message"))[0])).toBe(`one/0 heard ${large}`);
    socket.close();
    await until(async () => (await stage.allInFlight()).streams === 0);
    const line = await stage.lineOf("/chat");
    expect(line).toMatchObject({
      status: 101,
      stream: "websocket",
      query: true,
      bucket: "00",
      release: "one",
    });
    expect(line?.bytes).toBeGreaterThan(1_000_000);
  });

  it("gets a bucket like every client", async () => {
    const socket = new WebSocket(socketUrl());
    const [[response]] = await Promise.all([once(socket, "upgrade"), once(socket, "open")]);
    expect(response.headers["set-cookie"]?.[0]).toMatch(/^cozy_bucket=\d\d;/);
    socket.terminate();
    await until(async () => (await stage.allInFlight()).streams === 0);
  });

  it("is taken to another instance of the release when its own can't be reached", async () => {
    // Bucket 01 leads to an instance that was never started.
    const socket = new WebSocket(socketUrl(), { headers: { Cookie: "cozy_bucket=01" } });
    expect(String((await once(socket, "message"))[0])).toBe("one/0 127.0.0.1");
    socket.terminate();
    await until(async () => (await stage.allInFlight()).streams === 0);
  });

  it("that the instance refuses gets the instance's answer", async () => {
    const socket = new WebSocket(`${socketUrl()}/refuse`);
    const [, response] = await once(socket, "unexpected-response");
    expect(response.statusCode).toBe(403);
    expect(response.headers.connection).toBe("close");
    let text = "";
    for await (const chunk of response) text += String(chunk);
    expect(text).toBe("forbidden");
  });

  it("ends when its client vanishes", async () => {
    const socket = await dial(stage.port);
    socket.write(
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    await once(socket, "data");
    await until(async () => (await stage.allInFlight()).streams === 1);
    socket.destroy();
    await until(async () => (await stage.allInFlight()).streams === 0);
    const lines = await stage.log((all) => all.at(-1)?.status === 101);
    expect(lines.at(-1)).toMatchObject({ status: 101, stream: "websocket" });
  });

  it("gets 502 when no instance can be reached, and 400 for a head that makes no sense", async () => {
    const head = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
    expect(await askRaw(stage.port, `GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n${head}\r\n`)).toMatch(
      /^HTTP\/1\.1 400 /,
    );
    await stage.routeTo("nobody");
    await until(async () => (await ask(stage.url)).status === 502);
    const back = await askRaw(stage.port, `GET / HTTP/1.1\r\nHost: a\r\n${head}\r\n`);
    expect(back).toMatch(/^HTTP\/1\.1 502 /);
  });
});

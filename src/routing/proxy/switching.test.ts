import { once } from "node:events";
import { rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { closedSocket } from "../route-table.ts";
import { ask } from "../testing/ask.ts";
import { startLoad } from "../testing/load.ts";
import { Stage, until } from "../testing/stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
  await Promise.all([stage.instance("blue"), stage.instance("green")]);
  await stage.proxy();
});
afterAll(async () => stage.dispose());

describe("before the first table", () => {
  it("answers 503, and serves as soon as there is a table", async () => {
    expect(await ask(stage.url)).toMatchObject({ status: 503, headers: { "retry-after": "2" } });
    await stage.routeTo("blue");
    await setTimeout(100);
    expect(await ask(stage.url)).toMatchObject({ status: 200, text: "blue/0" });
  });
});

describe("a table that lets nobody in", () => {
  it("answers 503, although the instances of before still listen", async () => {
    await stage.route({ hundredths: 100, sockets: [join(stage.run, closedSocket)] });
    await until(async () => (await ask(stage.url)).status === 503);
    expect(await ask(stage.url)).toMatchObject({ status: 503, headers: { "retry-after": "2" } });
    await stage.routeTo("blue");
    await until(async () => (await ask(stage.url)).status === 200);
  });
});

describe("a switch", { timeout: 180_000 }, () => {
  it("loses no request of 32 keep-alive connections, 40 times over, and stops the old instance's traffic", async () => {
    const seen = new Set<string>();
    const load = startLoad({
      url: stage.url,
      connections: 32,
      pauseMs: 15,
      check: ({ status, text }) => {
        seen.add(text);
        return status === 200 && /^(?:blue|green)\/0$/.test(text) ? undefined : `${status} ${text}`;
      },
    });
    for (let nth = 0; nth < 40; nth++) {
      const release = nth % 2 === 0 ? "green" : "blue";
      const number = await stage.routeTo(release);
      await until(async () => (await stage.state()).table === number);
      await until(async () => (await stage.inFlight(release === "green" ? "blue" : "green")).requests === 0);
      seen.clear();
      await until(() => seen.size > 0);
      expect([...seen]).toEqual([`${release}/0`]);
    }
    await until(() => load.result().sent > 2_000);
    const { failed, errors } = await load.stop();
    expect(errors).toEqual([]);
    expect(failed).toBe(0);
  });

  it("reaches every client within 100 ms", async () => {
    await stage.routeTo("blue");
    await until(async () => (await ask(stage.url)).text === "blue/0");
    const waits: number[] = [];
    for (let nth = 0; nth < 10; nth++) {
      const release = nth % 2 === 0 ? "green" : "blue";
      await stage.routeTo(release);
      const startedAt = performance.now();
      await until(async () => (await ask(stage.url)).text === `${release}/0`);
      waits.push(performance.now() - startedAt);
    }
    // The quickest of ten: a busy machine slows down many, and a proxy that only looks now and then slows down all.
    expect(Math.min(...waits)).toBeLessThan(100);
  });

  it("leaves a download of 6 s and an open WebSocket alone", async () => {
    await stage.routeTo("blue");
    await until(async () => (await ask(stage.url)).text === "blue/0");
    const slow = ask(`${stage.url}/slow?60`);
    const socket = new WebSocket(stage.url.replace("http", "ws"));
    const [hello] = await once(socket, "message");
    expect(String(hello)).toBe("blue/0 127.0.0.1");
    await until(async () => (await stage.inFlight("blue")).streams === 1);
    await stage.routeTo("green");
    await until(async () => (await ask(stage.url)).text === "green/0");
    expect(await stage.inFlight("blue")).toEqual({ requests: 1, streams: 1 });
    socket.send("still there?");
    expect(String((await once(socket, "message"))[0])).toBe("blue/0 heard still there?");
    expect(await slow).toMatchObject({ status: 200, text: "x".repeat(60) });
    socket.close();
    await until(async () => (await stage.inFlight("blue")).streams === 0);
  });

  it("moves a share of the clients and keeps each with its release", async () => {
    await stage.route(
      { hundredths: 90, sockets: [stage.socket("blue")] },
      { hundredths: 10, sockets: [stage.socket("green")] },
    );
    await setTimeout(120);
    const table = await stage.table();
    for (let bucket = 0; bucket < 100; bucket++) {
      const { text } = await ask(stage.url, {
        headers: { Cookie: `cozy_bucket=${String(bucket).padStart(2, "0")}` },
      });
      expect(stage.socket(text.split("/")[0] ?? "")).toBe(table.sockets[bucket]);
    }
  });
});

describe("a table that can't be read", () => {
  it("leaves the one before it in force, is told, and is followed by the next good one", async () => {
    const good = await stage.routeTo("blue");
    await until(async () => (await stage.state()).table === good);
    const bad = await stage.routeTo("green", 1);
    await until(async () => (await stage.state()).table === bad);
    const worse = await stage.routeTo("blue", 1);
    await until(async () => (await stage.state()).table === worse);
    // A table is damaged before it is put into force: as after a power cut.
    await rm(join(stage.run, "routes"));
    await writeFile(join(stage.run, "tables", String(bad), "table.json"), "{");
    await symlink(`tables/${bad}`, join(stage.run, "routes"));
    await until(async () => (await stage.state()).problem?.includes("table.json") ?? false);
    expect(await stage.state()).toMatchObject({ table: worse });
    expect(await ask(stage.url)).toMatchObject({ status: 200, text: "blue/0" });
    expect(stage.output.join("\n")).toContain(`table ${worse} stays in force`);
    const number = await stage.routeTo("green");
    await until(async () => (await stage.state()).table === number);
    expect(await stage.state()).toMatchObject({ problem: null });
  });
});

import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createServer } from "node:http";
import { createServer as createNetServer } from "node:net";
import { setTimeout } from "node:timers/promises";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AccessLine } from "../access-line.ts";
import { ask } from "../testing/ask.ts";
import { startLoad } from "../testing/load.ts";
import { Stage, until } from "../testing/stage.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.open();
});
afterEach(async () => stage.dispose());

async function kill(child: Awaited<ReturnType<Stage["instance"]>>): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

describe("an instance that can't be reached", () => {
  it("has its requests answered by another of its release, bodies included", async () => {
    const [first] = await Promise.all([stage.instance("one", 0), stage.instance("one", 1)]);
    await stage.routeTo("one", 2);
    await stage.proxy();
    await kill(first);
    for (const socketIsGone of [false, true]) {
      if (socketIsGone) await rm(stage.socket("one", 0));
      for (const bucket of ["00", "01", "02", "03"]) {
        const headers = { Cookie: `cozy_bucket=${bucket}` };
        expect(await ask(stage.url, { headers })).toMatchObject({ status: 200, text: "one/1" });
        const upload = await ask(`${stage.url}/upload`, { method: "POST", body: "a body", headers });
        expect(upload.text.split(" ")[0]).toBe("6");
      }
    }
    const triedTwice = (all: readonly AccessLine[]) => all.filter((line) => line.tries === 2);
    const lines = triedTwice(await stage.log((all) => triedTwice(all).length >= 8));
    expect(lines).toHaveLength(8);
    expect(new Set(lines.map(({ instance }) => instance))).toEqual(new Set(["web.1"]));
  });

  it("is a 502 with a plain page where it is the only one", async () => {
    await stage.routeTo("one");
    await stage.proxy();
    const answer = await ask(stage.url, { headers: { "X-Request-Id": "request-7" } });
    expect(answer.status).toBe(502);
    expect(answer.headers["content-type"]).toBe("text/plain; charset=utf-8");
    expect(answer.text).toContain("request-7");
    expect((await stage.log())[0]).toMatchObject({ status: 502, error: "ENOENT", release: "one" });
  });

  it("is left for a table that came into force a moment ago", async () => {
    const old = await stage.instance("old");
    await stage.instance("new");
    await stage.routeTo("old");
    await stage.proxy();
    expect((await ask(stage.url)).text).toBe("old/0");
    await kill(old);
    await stage.routeTo("new");
    expect(await ask(stage.url, { method: "POST" })).toMatchObject({ status: 200, text: "new/0" });
  });
});

describe("an instance that dies with a request", () => {
  it("has a GET sent once more to another, and gives 502 when that dies as well", async () => {
    await Promise.all([stage.instance("one", 0), stage.instance("one", 1)]);
    await stage.routeTo("one", 2);
    await stage.proxy();
    const startedAt = performance.now();
    expect((await ask(`${stage.url}/die`)).status).toBe(502);
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    expect((await stage.log())[0]).toMatchObject({ status: 502, tries: 2 });
  });

  it("cuts an answer that has begun, so that the client knows", async () => {
    await stage.instance("one");
    await stage.routeTo("one");
    await stage.proxy();
    await expect(ask(`${stage.url}/die-in-the-middle`)).rejects.toThrow("aborted");
    expect((await stage.log())[0]).toMatchObject({ status: 200, error: expect.any(String) });
    await until(async () => (await stage.allInFlight()).requests === 0);
  });

  it.each([undefined, "a body"])("never has a POST sent twice (body: %s)", async (body) => {
    await stage.instance("one");
    await stage.routeTo("one");
    await stage.proxy();
    // The connection is warm, as it is on a busy site.
    await ask(stage.url);
    expect((await ask(`${stage.url}/hang-up`, { method: "POST", body })).status).toBe(502);
    expect((await ask(`${stage.url}/posts`)).text).toBe("1");
  });

  it("has a GET sent once more, to the same instance where there is no other", async () => {
    await stage.instance("one");
    await stage.routeTo("one");
    await stage.proxy();
    expect((await ask(`${stage.url}/hang-up`)).status).toBe(502);
    expect((await ask(`${stage.url}/posts`)).text).toBe("2");
  });
});

describe("an instance that closes its idle connections", () => {
  it("loses no request to a race, POSTs included", async () => {
    const socket = stage.socket("hasty");
    await mkdir(dirname(socket), { recursive: true });
    // 2 s is what gunicorn does by default, and without a hint to the client.
    const server = createServer({ keepAliveTimeout: 2_000 }, (request, response) => {
      request.resume();
      request.on("end", () => response.writeHead(200, { Connection: "keep-alive" }).end("ok"));
    }).listen(socket);
    await once(server, "listening");
    await stage.routeTo("hasty");
    await stage.proxy();
    const load = startLoad({ url: stage.url, connections: 12, pauseMs: 990, method: "POST", body: "x" });
    await setTimeout(2_300);
    await until(() => load.result().sent > 15);
    const result = await load.stop();
    server.closeAllConnections();
    server.close();
    expect(result.errors).toEqual([]);
  });
});

describe("an instance that does not speak HTTP", () => {
  it("gives 502 and takes nothing else down", async () => {
    const socket = stage.socket("noise");
    await mkdir(dirname(socket), { recursive: true });
    const server = createNetServer((connection) => {
      connection.on("error", () => {});
      connection.end("220 mail.example ESMTP\r\n");
    }).listen(socket);
    await once(server, "listening");
    await stage.routeTo("noise");
    await stage.proxy();
    expect((await ask(stage.url)).status).toBe(502);
    expect((await ask(stage.url, { method: "POST", body: "x" })).status).toBe(502);
    expect((await stage.state()).draining).toBe(false);
    server.close();
  });
});

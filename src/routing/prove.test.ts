import { createServer } from "node:http";
import { once } from "node:events";
import { readFile, stat } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { prove, proveBy, type ProofAnswer } from "./prove.ts";
import { ensureProofToken } from "./proof-token.ts";
import { ask, portOf } from "./testing/ask.ts";
import { Stage } from "./testing/stage.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.open();
});
afterEach(async () => stage.dispose());

async function proof(over: Partial<Parameters<typeof prove>[0]> = {}) {
  const input = {
    address: "127.0.0.1",
    port: stage.port,
    tokenFile: stage.settings.proofTokenFile,
    table: await stage.table(),
    check: { path: "/", status: 200 },
    withinMs: 10_000,
    ...over,
  };
  return await prove(input, AbortSignal.timeout(30_000));
}

describe("a proof", () => {
  it("counts the instances that answer for each release", async () => {
    await Promise.all([stage.instance("a", 0), stage.instance("a", 1), stage.instance("b")]);
    await stage.route(
      { hundredths: 95, sockets: [stage.socket("a", 0), stage.socket("a", 1)] },
      { hundredths: 5, sockets: [stage.socket("b")] },
    );
    await stage.proxy();
    expect(await proof()).toEqual({ served: { a: 2, b: 1 }, failures: [] });
    expect((await stage.log()).every(({ probe }) => probe === true)).toBe(true);
  });

  it("asks of the releases beside it only that they answer, by this table", async () => {
    await Promise.all([stage.instance("a", 0), stage.instance("b")]);
    await stage.route(
      { hundredths: 80, sockets: [stage.socket("a", 0)] },
      { hundredths: 20, sockets: [stage.socket("b")] },
    );
    await stage.proxy();
    const check = { path: "/none", status: 404 };
    expect(await proof({ check: { ...check, status: 200 }, beside: ["a"], withinMs: 300 })).toEqual({
      served: { a: 1 },
      failures: ["b/web.0: 404 instead of 200"],
    });
    expect(await proof({ check, beside: ["a"] })).toEqual({ served: { a: 1, b: 1 }, failures: [] });
  });

  it("waits until the proxy serves by a table that was just put into force", async () => {
    await stage.instance("a");
    await stage.proxy();
    await stage.routeTo("a");
    expect(await proof()).toEqual({ served: { a: 1 }, failures: [] });
  });

  it("names what does not answer as it should", async () => {
    await Promise.all([stage.instance("a", 0), stage.instance("b")]);
    await stage.routeTo("a", 2);
    await stage.proxy();
    expect(await proof({ withinMs: 500 })).toEqual({
      served: { a: 1 },
      failures: ["a/web.1: a/web.0 answered in its place"],
    });
    expect((await proof({ check: { path: "/none", status: 200 }, withinMs: 300 })).failures).toContain(
      "a/web.0: 404 instead of 200",
    );
    const wanted = { ...(await stage.table()), number: 9 };
    expect(await proof({ table: wanted, withinMs: 300 })).toEqual({
      served: {},
      failures: ["the proxy serves by table 1, not by 9"],
    });
  });

  it("waits longer for an answer than for a right one: a machine that carries two releases may be slow", async () => {
    await stage.routeTo("a");
    const table = await stage.table();
    const asked = { table, check: { path: "/", status: 200 }, where: "here", withinMs: 50 };
    const right = { status: 200, release: "a", instance: "web.0", table: String(table.number) };
    const after = (waitMs: number, answer: ProofAnswer) => async (_: string, signal: AbortSignal) =>
      setTimeout(waitMs, answer, { signal });
    const proofBy = (ask: ReturnType<typeof after>, answerWithinMs?: number) =>
      proveBy({ ...asked, ask, answerWithinMs }, AbortSignal.timeout(10_000));
    expect(await proofBy(after(300, right))).toEqual({ served: { a: 1 }, failures: [] });
    const wrong = { ...right, release: "b" };
    expect((await proofBy(after(300, wrong))).failures).toEqual(["a/web.0: b/web.0 answered in its place"]);
    expect((await proofBy(after(5_000, right), 200)).failures).toEqual(["a/web.0: no answer in time"]);
  });

  it("fails when something else has the port, or nothing", async () => {
    await stage.routeTo("a");
    const other = createServer((_, response) => response.end("hello")).listen(0, "127.0.0.1");
    await once(other, "listening");
    const port = portOf(other);
    const { failures } = await proof({ port, withinMs: 300 });
    expect(failures).toEqual([`a/web.0: 200 from 127.0.0.1:${port}, which is not this environment's proxy`]);
    other.close();
    other.closeAllConnections();
    expect((await proof({ port, withinMs: 300 })).failures[0]).toContain("ECONNREFUSED");
  });
});

describe("whoever has no token", () => {
  it("can't choose a bucket and sees no name", async () => {
    await Promise.all([stage.instance("a"), stage.instance("b")]);
    await stage.route(
      { hundredths: 50, sockets: [stage.socket("a")] },
      { hundredths: 50, sockets: [stage.socket("b")] },
    );
    await stage.proxy();
    const table = await stage.table();
    const bucket = String(table.sockets.indexOf(stage.socket("b"))).padStart(2, "0");
    const other = String(table.sockets.indexOf(stage.socket("a"))).padStart(2, "0");
    const headers = { "X-Cozy-Bucket": bucket, Cookie: `cozy_bucket=${other}` };
    for (const token of ["", "wrong", "x".repeat(43)]) {
      const answer = await ask(stage.url, { headers: { ...headers, "X-Cozy-Proof": token } });
      expect(answer.text).toBe("a/0");
      expect(answer.headers).not.toHaveProperty("x-cozy-release");
    }
    const token = await readFile(stage.settings.proofTokenFile, "utf8");
    const answer = await ask(stage.url, { headers: { ...headers, "X-Cozy-Proof": token } });
    expect(answer).toMatchObject({
      text: "b/0",
      headers: { "x-cozy-release": "b", "x-cozy-instance": "web.0" },
    });
  });
});

describe("the token", () => {
  it("is drawn once, whoever asks, and is the user's alone", async () => {
    const file = `${stage.folder}/another`;
    const tokens = await Promise.all([ensureProofToken(file), ensureProofToken(file)]);
    expect(tokens[0]).toHaveLength(43);
    expect(new Set([...tokens, await ensureProofToken(file)]).size).toBe(1);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });
});

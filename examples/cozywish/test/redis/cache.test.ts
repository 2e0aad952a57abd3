import assert from "node:assert/strict";
import { after, it } from "node:test";
import { pino } from "pino";
import { remember } from "../../src/cache/cache.ts";
import { openCache } from "../../src/cache/open-cache.ts";
import { eventually } from "../support/eventually.ts";
import { describeWithRedis } from "../support/with-redis.ts";

describeWithRedis("a cache in Redis", (redis) => {
  const opened = async (lines: string[] = []) => {
    const log = pino({ level: "debug" }, { write: (line: string) => void lines.push(line) });
    const cache = await openCache({ kind: "redis", url: redis().url(0) }, log);
    after(() => cache.close());
    return cache;
  };

  it("is shared by all instances, and forgets after the time it was given", async () => {
    const [one, other] = await Promise.all([opened(), opened()]);
    await one.set("word", "kept", 60_000);
    assert.equal(await other.get("word"), "kept");
    await one.set("short", "kept", 30);
    await eventually(async () => assert.equal(await other.get("short"), undefined));
    await other.delete("word");
    assert.equal(await one.get("word"), undefined);
  });

  it("counts over all instances, from the first count on for the time it was given", async () => {
    const [one, other] = await Promise.all([opened(), opened()]);
    const counts = await Promise.all([one, other, one, other].map((each) => each.increment("tries", 60_000)));
    assert.deepEqual(
      counts.sort((a, b) => a - b),
      [1, 2, 3, 4],
    );
    const ttl = await redis().ask(0, (client) => client.pttl("cozywish:cache:tries"));
    assert.ok(ttl > 50_000 && ttl <= 60_000, `${ttl} ms`);
    await one.increment("few", 30);
    await eventually(async () => assert.equal(await other.increment("few", 30), 1));
  });

  it("is stood in for while Redis is gone, without waiting, and says once that it went and once that it is back", async () => {
    const lines: string[] = [];
    const cache = await opened(lines);
    let computed = 0;
    const ask = () => remember(cache, "answer", 60_000, async () => (computed += 1));
    assert.deepEqual([await ask(), await ask()], [1, 1]);
    await redis().kill();
    const startedAt = performance.now();
    assert.deepEqual([await ask(), await ask()], [2, 2]);
    assert.deepEqual(
      [await cache.increment("tries", 60_000), await cache.increment("tries", 60_000)],
      [1, 2],
    );
    assert.ok(performance.now() - startedAt < 1_500);
    await assert.rejects(cache.prove());
    await redis().start();
    await eventually(() => cache.prove());
    await eventually(async () => assert.equal(await ask(), 1));
    const told = lines.map((line) => (JSON.parse(line) as { event: string }).event);
    assert.deepEqual(told, ["redis.gone", "redis.back"]);
  });

  it("is there by itself once Redis is, which may start after us", async () => {
    await redis().kill();
    const cache = await opened();
    await cache.set("word", "kept", 60_000);
    assert.equal(await cache.get("word"), "kept");
    await redis().start();
    await eventually(() => cache.prove());
    await eventually(async () => {
      await cache.set("word", "shared", 60_000);
      assert.equal(await redis().ask(0, (client) => client.get("cozywish:cache:word")), "shared");
    });
  });
});

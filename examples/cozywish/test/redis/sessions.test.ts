import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ada, Browser, signUp } from "../support/browser.ts";
import { eventually } from "../support/eventually.ts";
import { startSite } from "../support/test-site.ts";
import { describeWithRedis } from "../support/with-redis.ts";

describeWithRedis("sessions in Redis", (redis) => {
  const start = () => startSite(() => ({}), { CACHE_URL: redis().url(0), SESSIONS_URL: redis().url(1) });

  it("are shared by all instances, survive a flush of the cache, and end when told to", async () => {
    const site = await start();
    const browser = new Browser(site.url);
    await signUp(browser);
    await redis().ask(0, (client) => client.flushdb());
    await browser.get("/bookings");
    assert.match(browser.text, /My bookings/);
    assert.deepEqual(await site.database.selectFrom("sessions").selectAll().execute(), []);
    await browser.post("/sign-out", {});
    assert.deepEqual(await redis().ask(1, (client) => client.keys("*")), []);
  });

  it("are kept without the cookie's token, and for as long as the cookie", async () => {
    const site = await start();
    const browser = new Browser(site.url);
    await signUp(browser, { ...ada, email: "kept@example.com" });
    const [token = "?"] = browser.cookies.get("cozywish_session")?.split(".") ?? [];
    const [key = "", ...others] = await redis().ask(1, (client) => client.keys("*"));
    assert.deepEqual(others, []);
    assert.match(key, /^cozywish:session:[0-9a-f]{64}$/);
    const [value, ttl] = await redis().ask(1, (client) => Promise.all([client.get(key), client.ttl(key)]));
    assert.ok(!`${key}${value}`.includes(token));
    assert.ok(ttl > 29 * 86_400 && ttl <= 30 * 86_400, `${ttl} s`);
  });

  it("leave pages for everybody as they are while Redis is gone, and say so where they are needed", async () => {
    const site = await start();
    const browser = new Browser(site.url);
    await signUp(browser);
    await redis().kill();

    for (const page of ["/", "/venues", "/venues/quiet-house", "/venues/quiet-house/services/massage"]) {
      assert.equal((await browser.get(page)).status, 200, page);
    }
    const refused = await browser.get("/bookings");
    assert.deepEqual([refused.status, refused.headers.get("retry-after")], [503, "10"]);
    assert.match(browser.text, /nothing of yours is lost/);
    const stranger = new Browser(site.url);
    await stranger.get("/sign-in");
    assert.equal((await stranger.post("/sign-in", ada)).status, 503);
    const ready = await fetch(`${site.url}/readyz`);
    const { checks } = (await ready.json()) as { checks: Record<string, { status: string }> };
    assert.equal(ready.status, 200);
    assert.deepEqual([checks["cache"]?.status, checks["sessions"]?.status], ["fault", "fault"]);

    await redis().start();
    await eventually(async () => assert.equal((await browser.get("/bookings")).status, 200));
    await stranger.get("/sign-in");
    assert.equal((await stranger.post("/sign-in", ada)).status, 303);
  });
});

describe("sessions in memory", () => {
  it("are there until they are ended", async () => {
    const site = await startSite(() => ({}), { SESSIONS_URL: "memory:" });
    const browser = new Browser(site.url);
    await signUp(browser);
    assert.equal((await browser.get("/bookings")).status, 200);
    assert.deepEqual(await site.database.selectFrom("sessions").selectAll().execute(), []);
    const copy = new Browser(site.url);
    for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
    await browser.post("/sign-out", {});
    assert.equal((await copy.get("/bookings")).status, 303);
  });
});

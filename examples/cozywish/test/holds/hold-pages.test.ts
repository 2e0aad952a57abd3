import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ada, Browser, signUp } from "../support/browser.ts";
import { NOW, venue } from "../support/fixtures.ts";
import { run } from "../support/server-process.ts";
import { startSite } from "../support/test-site.ts";

const SERVICE = "/venues/quiet-house/services/massage";
const DAY = "2026-03-12";
let now = NOW;
const site = await startSite(() => ({ now: () => now }));

async function newGuest(name: string): Promise<Browser> {
  const browser = new Browser(site.url);
  await signUp(browser, { ...ada, email: `${name}@example.com` });
  return browser;
}

describe("choosing a slot", () => {
  it("holds it for ten minutes: others see it as taken, the page says how long is left", async () => {
    const chosen = `${SERVICE}/book?day=${DAY}&start=600`;
    const guests = await Promise.all(["one", "two"].map(newGuest));
    for (const guest of guests) {
      assert.equal((await guest.get(chosen)).status, 200);
      assert.match(guest.text, /We keep it for you for 10 minutes\./);
    }
    assert.equal(guests.length, venue.rooms);

    const late = await newGuest("late");
    await late.get(`${SERVICE}?day=${DAY}`);
    assert.match(late.text, / 10:00 taken/);
    assert.equal((await late.get(chosen)).status, 409);
    assert.match(late.text, /Somebody was a moment faster/);
    assert.equal((await late.post(`${SERVICE}/book`, { day: DAY, start: "600" })).status, 409);
    await guests[0]?.get(`${SERVICE}?day=${DAY}`);
    assert.doesNotMatch(guests[0]?.text ?? "", / 10:00 taken/);

    now = new Date(NOW.getTime() + 9.5 * 60_000);
    await guests[0]?.get(chosen);
    assert.match(guests[0]?.text ?? "", /We keep it for you for 1 minute\./);

    now = new Date(NOW.getTime() + 10 * 60_000);
    assert.equal((await late.get(chosen)).status, 200);
    assert.equal((await late.post(`${SERVICE}/book`, { day: DAY, start: "600" })).status, 303);
  });

  it("leaves a hold that the clean-up removes once it has run out", async () => {
    const clean = async () => {
      const program = run("cleanup-holds.ts", { DATABASE_URL: site.databaseUrl });
      assert.equal(await program.ended, 0, program.output());
      return Number(/"event":"holds.cleaned","removed":(\d+)/.exec(program.output())?.[1]);
    };
    const held = await site.database.selectFrom("holds").select("id").execute();
    assert.ok(held.length > 0);
    assert.equal(await clean(), held.length);
    assert.equal(await clean(), 0);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ada, Browser, signUp } from "../support/browser.ts";
import { startSite } from "../support/test-site.ts";

const site = await startSite();
const browser = new Browser(site.url);
await signUp(browser);
const stranger = new Browser(site.url);
await stranger.get("/sign-in");
const strangersToken = /name="csrf" value="([^"]+)"/.exec(stranger.page)?.[1] ?? "";

describe("a post that no form of ours has sent", () => {
  const booking = { day: "2026-03-12", start: "600" };
  const forgeries: [what: string, csrf: string][] = [
    ["without a token", ""],
    ["with a made-up token", "A".repeat(43)],
    ["with another visitor's token", strangersToken],
  ];
  for (const [what, csrf] of forgeries) {
    it(`is refused ${what}, and changes nothing`, async () => {
      const from = site.log().length;
      const answer = await browser.post("/venues/quiet-house/services/massage/book", { ...booking, csrf });
      assert.equal(answer.status, 403);
      assert.match(browser.page, /Nothing was changed/);
      assert.deepEqual(await site.database.selectFrom("bookings").selectAll().execute(), []);
      const line = site
        .log()
        .slice(from)
        .find((each) => each["event"] === "security.csrf-refused");
      assert.equal(line?.["level"], "warn");
    });
  }

  it("is refused from somebody who has no cookie at all", async () => {
    const body = new URLSearchParams({ ...ada, email: "new@example.com", csrf: strangersToken });
    const answer = await fetch(`${site.url}/sign-up`, { method: "POST", body });
    assert.equal(answer.status, 403);
  });

  it("is what a post with the page's own token is not", async () => {
    await browser.get(`/venues/quiet-house/services/massage/book?day=${booking.day}&start=${booking.start}`);
    const answer = await browser.post("/venues/quiet-house/services/massage/book", booking);
    assert.equal(answer.headers.get("location"), "/bookings?done=booked");
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ada, Browser, signUp } from "../support/browser.ts";
import { venue } from "../support/fixtures.ts";
import { startSite } from "../support/test-site.ts";

const SERVICE = "/venues/quiet-house/services/massage";
const site = await startSite();

let guests = 0;
async function newGuest(): Promise<Browser> {
  const browser = new Browser(site.url);
  await signUp(browser, { ...ada, email: `guest-${(guests += 1)}@example.com` });
  return browser;
}

/** As a guest does it who has chosen a time. */
async function bookAt(browser: Browser, day: string, start: number): Promise<Response> {
  await browser.get(`${SERVICE}/book?day=${day}&start=${start}`);
  return browser.post(`${SERVICE}/book`, { day, start: String(start) });
}

describe("booking", () => {
  it("goes from the venue over a slot to the guest's bookings, and back out again", async () => {
    const browser = await newGuest();
    await browser.get(`${SERVICE}?day=2026-03-12`);
    assert.match(browser.text, /Thursday 12 March/);
    const slot = slotAt(browser, "10:00");
    assert.match(slot?.html ?? "", /€45/);
    assert.match(slotAt(browser, "9:30")?.html ?? "", /€60/);

    await browser.get(slot?.address ?? "");
    assert.match(browser.text, /Thursday 12 March, 10:00 to 11:00/);
    assert.match(browser.text, /Book for €45/);
    const booked = await browser.post(`${SERVICE}/book`, { day: "2026-03-12", start: "600" });
    assert.equal(booked.headers.get("location"), "/bookings?done=booked");

    await browser.get("/bookings?done=booked");
    assert.match(browser.text, /It's booked/);
    assert.match(browser.text, /Thursday 12 March, 10:00/);
    assert.match(browser.text, /€45/);

    const cancel = /action="(\/bookings\/[^"]+\/cancel)"/.exec(browser.page)?.[1] ?? "";
    const cancelled = await browser.post(cancel, {});
    assert.equal(cancelled.headers.get("location"), "/bookings?done=cancelled");
    await browser.get("/bookings?done=cancelled");
    assert.match(browser.text, /The booking is cancelled/);
    assert.match(browser.text, /Nothing planned/);
    assert.deepEqual(await site.database.selectFrom("bookedUnits").selectAll().execute(), []);
  });

  it("asks a stranger to sign in first, and leads back to the chosen time", async () => {
    const person = { ...ada, email: "returning@example.com" };
    await signUp(new Browser(site.url), person);
    const browser = new Browser(site.url);
    const chosen = `${SERVICE}/book?day=2026-03-13&start=600`;
    const sentAway = await browser.get(chosen);
    assert.equal(sentAway.headers.get("location"), `/sign-in?next=${encodeURIComponent(chosen)}`);
    await browser.get(sentAway.headers.get("location") ?? "");
    const next = /name="next" value="([^"]+)"/.exec(browser.page)?.[1]?.replaceAll("&amp;", "&") ?? "";
    const back = await browser.post("/sign-in", { ...person, next });
    assert.equal(back.headers.get("location"), chosen);
  });

  it("is refused with a friendly page once the rooms are taken, and the page shows what is free", async () => {
    const day = "2026-03-16";
    for (let room = 0; room < venue.rooms; room += 1) {
      assert.equal((await bookAt(await newGuest(), day, 600)).status, 303);
    }
    const late = await newGuest();
    const refused = await bookAt(late, day, 600);
    assert.equal(refused.status, 409);
    assert.match(late.text, /Somebody was a moment faster/);
    assert.match(late.text, /Monday 16 March/);
    assert.equal(slotAt(late, "10:00"), undefined);
    assert.ok(slotAt(late, "11:00"));
  });

  it("lets in as many as there are rooms, of many who send the form at once", async () => {
    const day = "2026-03-17";
    const browsers = await Promise.all(Array.from({ length: 6 }, newGuest));
    const answers = await Promise.all(browsers.map((browser) => bookAt(browser, day, 600)));
    const statuses = answers.map((answer) => answer.status).sort((a, b) => a - b);
    assert.deepEqual(statuses, [303, 303, 409, 409, 409, 409]);
    const units = await site.database.selectFrom("bookedUnits").selectAll().where("day", "=", day).execute();
    assert.equal(units.length, venue.rooms * 2);
  });

  it("is refused for a second booking at the same time", async () => {
    const browser = await newGuest();
    await bookAt(browser, "2026-03-18", 600);
    const again = await bookAt(browser, "2026-03-18", 600);
    assert.equal(again.status, 409);
    assert.match(browser.text, /You have a booking at that time already/);
  });

  const forgeries = [
    { what: "before opening", day: "2026-03-12", start: "510" },
    { what: "in the past", day: "2026-03-10", start: "600" },
    { what: "far ahead", day: "2026-06-01", start: "600" },
    { what: "between two starts", day: "2026-03-12", start: "601" },
    { what: "at no time at all", day: "2026-03-12", start: "noon" },
  ];
  for (const { what, day, start } of forgeries) {
    it(`is refused ${what}`, async () => {
      const browser = await newGuest();
      await browser.get("/bookings");
      // The page of bookings has a form to sign out, whose token serves for every form.
      const answer = await browser.post(`${SERVICE}/book`, { day, start });
      assert.equal(answer.status, 409);
      assert.match(browser.text, /That time can't be booked/);
    });
  }

  it("can't be cancelled by somebody else", async () => {
    const owner = await newGuest();
    await bookAt(owner, "2026-03-19", 600);
    await owner.get("/bookings");
    const cancel = /action="(\/bookings\/[^"]+\/cancel)"/.exec(owner.page)?.[1] ?? "";
    const other = await newGuest();
    await other.get("/bookings");
    assert.equal((await other.post(cancel, {})).status, 404);
    await owner.get("/bookings");
    assert.match(owner.text, /Thursday 19 March/);
  });
});

function slotAt(browser: Browser, time: string): { address: string; html: string } | undefined {
  const link = new RegExp(`<a\\s+class="slot[^"]*"\\s+href="([^"]+)"\\s*><b>${time}</b>.*?</a`, "s").exec(
    browser.page,
  );
  return link ? { address: link[1]?.replaceAll("&amp;", "&") ?? "", html: link[0] } : undefined;
}

import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { ada, Browser, signUp } from "../support/browser.ts";
import { startSite } from "../support/test-site.ts";

const WRONG = "a-wrong-password-42";

const site = await startSite();
await signUp(new Browser(site.url));

describe("signing up", () => {
  it("signs the guest in and leads back to where they came from", async () => {
    const browser = new Browser(site.url);
    await browser.get("/sign-up?next=/venues");
    const answer = await browser.post("/sign-up", { ...ada, email: "grace@example.com", next: "/venues" });
    assert.equal(answer.status, 303);
    assert.equal(answer.headers.get("location"), "/venues");
    await browser.get("/venues");
    assert.match(browser.page, /Sign out/);
  });

  it("keeps neither the password nor the cookie's token", async () => {
    const browser = new Browser(site.url);
    await signUp(browser, { ...ada, email: "kept@example.com" });
    const [token = "?"] = browser.cookies.get("cozywish_session")?.split(".") ?? [];
    const accounts = await site.database.selectFrom("accounts").selectAll().execute();
    const sessions = await site.database.selectFrom("sessions").selectAll().execute();
    const kept = JSON.stringify([accounts, sessions, site.log()]);
    assert.ok(accounts.length > 0 && sessions.length > 0);
    assert.ok(!kept.includes(ada.password) && !kept.includes(token));
  });

  it("says what is wrong with each field, and keeps what was typed but the password", async () => {
    const browser = new Browser(site.url);
    const answer = await signUp(browser, { name: "Ada <3", email: "nonsense", password: "tiny-one" });
    assert.equal(answer.status, 422);
    assert.match(browser.page, /look like an email address/);
    assert.match(browser.page, /At least 10 characters/);
    assert.match(browser.page, /value="Ada &lt;3"/);
    assert.doesNotMatch(browser.page, /tiny-one/);
  });

  it("refuses an email that has an account, whatever its capitals", async () => {
    const browser = new Browser(site.url);
    const answer = await signUp(browser, { ...ada, email: "ADA@example.com" });
    assert.equal(answer.status, 422);
    assert.match(browser.page, /There is an account with this address/);
  });
});

describe("signing in", () => {
  let browser: Browser;
  beforeEach(async () => {
    browser = new Browser(site.url);
    await browser.get("/sign-in");
  });

  it("gives a new cookie that no script can read, and that other sites' posts don't carry", async () => {
    const before = browser.cookies.get("cozywish_session");
    const answer = await browser.post("/sign-in", ada);
    assert.equal(answer.status, 303);
    assert.match(answer.headers.getSetCookie().join(), /HttpOnly; SameSite=Lax/);
    assert.notEqual(browser.cookies.get("cozywish_session"), before);
    await browser.get("/bookings");
    assert.match(browser.page, /My bookings/);
  });

  it("marks the cookie as secure behind https", async () => {
    const secure = new Browser(site.url, { "x-forwarded-proto": "https" });
    const answer = await secure.get("/sign-in");
    assert.match(answer.headers.getSetCookie().join(), /Secure/);
  });

  for (const next of ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]) {
    it(`never leads to another site, such as ${next}`, async () => {
      const answer = await browser.post("/sign-in", { ...ada, next });
      assert.equal(answer.headers.get("location"), "/");
    });
  }

  it("tells no one whether the email or the password was wrong", async () => {
    const wrongPassword = await browser.post("/sign-in", { email: ada.email, password: WRONG });
    const unknown = await browser.post("/sign-in", { email: "nobody@example.com", password: WRONG });
    assert.deepEqual([wrongPassword.status, unknown.status], [401, 401]);
    const plain = (page: string) => page.replace(/value="[^"]*"/g, "");
    assert.equal(plain(await wrongPassword.text()), plain(await unknown.text()));
  });

  it("logs a failure as a security event, without what was typed", async () => {
    const from = site.log().length;
    await browser.post("/sign-in", { email: ada.email, password: WRONG });
    const account = await site.database
      .selectFrom("accounts")
      .select("id")
      .where("email", "=", ada.email)
      .executeTakeFirstOrThrow();
    const lines = site.log().slice(from);
    const [line = {}, ...others] = lines.filter((each) => each["event"] === "security.sign-in-failed");
    assert.deepEqual(others, []);
    const { level, reason, accountId, address } = line;
    assert.deepEqual(
      { level, reason, accountId, address },
      { level: "warn", reason: "wrong-password", accountId: account.id, address: "127.0.0.1" },
    );
    assert.doesNotMatch(JSON.stringify(lines), new RegExp(`${WRONG}|${ada.email}`));
  });

  it("takes no cookie that we have not signed", async () => {
    await browser.post("/sign-in", ada);
    const [token = ""] = browser.cookies.get("cozywish_session")?.split(".") ?? [];
    browser.cookies.set("cozywish_session", `${token}.${"A".repeat(43)}`);
    const answer = await browser.get("/bookings");
    assert.match(answer.headers.get("location") ?? "", /^\/sign-in/);
  });
});

describe("the limit on failed sign-ins", () => {
  const attempt = async (address: string, email: string, password: string) => {
    const browser = new Browser(site.url, { "x-forwarded-for": address });
    await browser.get("/sign-in");
    return browser.post("/sign-in", { email, password });
  };

  it("refuses the sixth, even with the right password, but only for that account and address", async () => {
    const person = { ...ada, email: "limited@example.com" };
    await signUp(new Browser(site.url), person);
    const failures = await Promise.all(
      Array.from({ length: 5 }, () => attempt("203.0.113.7", person.email, WRONG)),
    );
    assert.deepEqual(
      failures.map((answer) => answer.status),
      [401, 401, 401, 401, 401],
    );
    const refused = await attempt("203.0.113.7", person.email.toUpperCase(), person.password);
    assert.equal(refused.status, 429);
    assert.equal(refused.headers.get("retry-after"), "900");
    assert.match(await refused.text(), /Too many attempts/);
    assert.ok(site.log().some((line) => line["reason"] === "too-many-attempts"));
    assert.equal((await attempt("203.0.113.7", ada.email, ada.password)).status, 303);
    assert.equal((await attempt("203.0.113.8", person.email, person.password)).status, 303);
  });

  it("forgets the failures once the right password is given", async () => {
    const address = "203.0.113.9";
    for (const password of [WRONG, WRONG, WRONG, ada.password, WRONG, WRONG, WRONG]) {
      const answer = await attempt(address, ada.email, password);
      assert.equal(answer.status, password === WRONG ? 401 : 303);
    }
  });
});

describe("signing out", () => {
  it("ends the session, also for a copy of its cookie", async () => {
    const browser = new Browser(site.url);
    await browser.get("/sign-in");
    await browser.post("/sign-in", ada);
    const copy = new Browser(site.url);
    for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
    await browser.get("/bookings");
    const answer = await browser.post("/sign-out", {});
    assert.equal(answer.headers.get("location"), "/");
    assert.equal(browser.cookies.size, 0);
    assert.equal((await copy.get("/bookings")).status, 303);
  });
});

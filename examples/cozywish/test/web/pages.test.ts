import assert from "node:assert/strict";
import path from "node:path";
import { describe, it } from "node:test";
import { openDatabase } from "../../src/database/open-database.ts";
import { Browser } from "../support/browser.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { startSite } from "../support/test-site.ts";

const site = await startSite();
const browser = new Browser(site.url);

describe("every answer", () => {
  for (const address of ["/", "/venues", "/healthz", "/static/app.css", "/media/none.svg", "/nowhere"]) {
    it(`has the security headers: ${address}`, async () => {
      const { headers } = await browser.get(address);
      assert.match(headers.get("content-security-policy") ?? "", /^default-src 'none'/);
      assert.doesNotMatch(headers.get("content-security-policy") ?? "", /script-src/);
      assert.equal(headers.get("x-content-type-options"), "nosniff");
      assert.equal(headers.get("x-frame-options"), "DENY");
      assert.equal(headers.get("referrer-policy"), "strict-origin-when-cross-origin");
      assert.equal(headers.get("cross-origin-opener-policy"), "same-origin");
      assert.equal(headers.get("strict-transport-security"), null);
    });
  }

  it("asks browsers to stay with https, where it was https", async () => {
    const { headers } = await new Browser(site.url, { "x-forwarded-proto": "https" }).get("/");
    assert.match(headers.get("strict-transport-security") ?? "", /max-age=31536000/);
  });

  it("lets styles and pictures come from where the static files are", async () => {
    const cdn = "https://cdn.example.com/static/";
    const { url } = await startSite(({ settings }) => ({ settings: { ...settings, staticUrl: cdn } }));
    const { headers } = await new Browser(url).get("/");
    const policy = headers.get("content-security-policy") ?? "";
    assert.match(policy, /style-src 'self' https:\/\/cdn\.example\.com;/);
    assert.match(policy, /img-src 'self' https:\/\/cdn\.example\.com;/);
  });

  it("carries the request's id, the proxy's where it has sent a sane one", async () => {
    const id = async (sent: string) =>
      (await new Browser(site.url, { "x-request-id": sent }).get("/nowhere")).headers.get("x-request-id");
    assert.equal(await id("req-42"), "req-42");
    assert.match((await id("not an id")) ?? "", /^[0-9a-f-]{36}$/);
    assert.ok(site.log().some((line) => line["requestId"] === "req-42" && line["path"] === "/nowhere"));
  });

  it("is logged without what was asked for in the query", async () => {
    await browser.get("/venues?q=private-wish");
    const line = site.log().findLast((each) => each["event"] === "request");
    assert.deepEqual([line?.["path"], line?.["status"]], ["/venues", 200]);
    assert.doesNotMatch(JSON.stringify(site.log()), /private-wish/);
  });

  it("is a page of ours where there is nothing", async () => {
    for (const address of ["/nowhere", "/venues/none", "/venues/quiet-house/services/none"]) {
      const answer = await browser.get(address);
      assert.equal(answer.status, 404, address);
      assert.match(browser.page, /Nothing here but calm/);
      assert.match(browser.page, /<a class="button" href="\/">/);
    }
  });

  it("says so when a form is far too large", async () => {
    await browser.get("/sign-in");
    const answer = await browser.post("/sign-in", { email: "x".repeat(100_000) });
    assert.equal(answer.status, 413);
    assert.match(browser.page, /larger than any of ours/);
  });
});

describe("a fault of ours", () => {
  it("is a page with a reference that the log knows, and with nothing that the page shouldn't tell", async () => {
    const file = path.join(await tempFolder(), "empty.sqlite");
    const broken = await openDatabase({ kind: "sqlite", file });
    await broken.destroy();
    const site = await startSite(() => ({ database: broken }));
    const browser = new Browser(site.url);
    const answer = await browser.get("/");
    assert.equal(answer.status, 500);
    assert.match(answer.headers.get("content-security-policy") ?? "", /default-src 'none'/);
    const reference = /<code>([^<]+)<\/code>/.exec(browser.page)?.[1];
    const line = site.log().find((each) => each["event"] === "request.failed");
    assert.equal(line?.["requestId"], reference);
    assert.equal(line?.["level"], "error");
    const { message } = line["error"] as { message: string };
    assert.ok(message.length > 0 && !browser.page.includes(message));
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { migrateToLatest } from "../../src/database/migrate-to-latest.ts";
import { withDatabase } from "../databases/open-url.ts";
import { Browser } from "../support/browser.ts";
import { startServer } from "../support/server-process.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { startSite } from "../support/test-site.ts";

describe("the debug toolbar", () => {
  it("says at the end of each page what it has cost, without a script", async () => {
    const site = await startSite(() => ({}), { DEBUG_TOOLBAR: "on" });
    const browser = new Browser(site.url);
    await browser.get("/venues");
    const bar = /Debug toolbar.*<\/aside><\/body>/s.exec(browser.page)?.[0] ?? "";
    assert.match(bar, /<span>\d+\.\d ms<\/span>\s+<span>2 queries in \d+\.\d ms<\/span>/);
    assert.match(bar, /cache 0 of 1/);
    assert.match(bar, /20260311-abc1234/);
    assert.match(bar, /<code>select .* from &quot;venues&quot;/);
    assert.doesNotMatch(browser.page, /<script/);
    await browser.get("/venues");
    assert.match(browser.page, /1 query in .*cache 1 of 1/s);
    const styles = /href="([^"]*debug-toolbar[^"]*)"/.exec(browser.page)?.[1] ?? "";
    assert.equal((await browser.get(styles)).status, 200);
  });

  it("counts each request by itself, and never shows what a query was asked with", async () => {
    const site = await startSite(() => ({}), { DEBUG_TOOLBAR: "on" });
    const pages = await Promise.all(
      Array.from({ length: 5 }, () =>
        fetch(`${site.url}/venues/quiet-house`).then((answer) => answer.text()),
      ),
    );
    for (const page of pages) {
      assert.match(page, /3 queries in/);
      assert.doesNotMatch(/Debug toolbar.*/s.exec(page)?.[0] ?? "quiet-house", /quiet-house/);
    }
  });

  it("is on pages only, and on none when it is turned off", async () => {
    const on = await startSite(() => ({}), { DEBUG_TOOLBAR: "on" });
    for (const address of ["/healthz", "/robots.txt", "/static/app.css", "/static/hero.svg"]) {
      assert.doesNotMatch(await (await fetch(on.url + address)).text(), /aside/, address);
    }
    const off = await startSite();
    assert.doesNotMatch(await (await fetch(off.url)).text(), /debug-toolbar/);
  });

  it("is never there in production, whatever is set", async () => {
    const folder = await tempFolder();
    const DATABASE_URL = `sqlite:///${folder}/data.sqlite`;
    await withDatabase(DATABASE_URL, migrateToLatest);
    const environment = { PORT: "0", DATABASE_URL, MEDIA_URL: `file://${folder}/media`, DEBUG_TOOLBAR: "on" };
    const page = async (more: Record<string, string>) => {
      const server = await startServer({ ...environment, ...more });
      return (await fetch(`${server.address}/venues`)).text();
    };
    assert.match(await page({ NODE_ENV: "development" }), /debug-toolbar/);
    assert.doesNotMatch(
      await page({ NODE_ENV: "production", SESSION_SECRET: "0123456789abcdef0123456789abcdef" }),
      /debug-toolbar/,
    );
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { migrateToLatest } from "../../src/database/migrate-to-latest.ts";
import { openDatabase } from "../../src/database/open-database.ts";
import { addVenues } from "../../src/seeding/seed-venues.ts";
import { openMedia } from "../../src/storage/media.ts";
import { Browser } from "../support/browser.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { startSite } from "../support/test-site.ts";

const site = await startSite();
await addVenues(site.database, openMedia({ kind: "disk", folder: `${site.folder}/media` }));
const browser = new Browser(site.url);

/** The names on the cards of a page. */
function names(): string[] {
  return [...browser.page.matchAll(/class="card-name">([^<]+)</g)].map(([, name = ""]) => name);
}

function query(fields: Record<string, string>): string {
  return new URLSearchParams(fields).toString();
}

async function search(fields: Record<string, string>): Promise<string[]> {
  const answer = await browser.get(`/venues?${query(fields)}`);
  assert.equal(answer.status, 200);
  return names();
}

describe("the search", () => {
  it("shows all places without a question, best rated first", async () => {
    const all = await search({});
    assert.equal(all.length, 13);
    assert.match(browser.page, /13 places/);
    assert.equal(all[0], "Harbour Light Baths");
    assert.equal(all.at(-1), "Onda Pequena");
  });

  const questions: [fields: Record<string, string>, found: string[]][] = [
    [{ q: "FERNS garden" }, ["Moss &amp; Ember"]],
    [{ q: "köln" }, ["Quiet House"]],
    [{ q: "Koln" }, ["Quiet House"]],
    [{ q: "seaweed", city: "Dublin" }, ["Seaglass Spa"]],
    [{ q: "seaweed", city: "Vienna" }, []],
    [{ city: "Köln", category: "sauna" }, ["Quiet House"]],
    [{ city: "Berlin", category: "movement" }, ["Moss &amp; Ember", "Linden Hour"]],
    [{ q: "%" }, []],
    [{ q: "quiet_house" }, []],
    [{ q: "' or 1=1 --" }, []],
    [{ q: "test köln", category: "no-such-kind" }, []],
    [{ q: "köln", category: "no-such-kind" }, ["Quiet House"]],
  ];
  for (const [fields, found] of questions) {
    it(`finds ${found.join(", ") || "nothing"} for ${query(fields)}`, async () => {
      const shown = await search(fields);
      assert.deepEqual(shown, found);
    });
  }

  it("keeps what was asked for in its form, and helps where nothing was found", async () => {
    await search({ q: "igloo", city: "Dublin", category: "sauna" });
    assert.match(browser.page, /value="igloo"/);
    assert.match(browser.page, /<option value="Dublin" selected>/);
    assert.match(browser.page, /<option value="sauna" selected>/);
    assert.match(browser.page, /0 places/);
    assert.match(browser.page, /Try fewer words/);
  });

  it("never takes what was asked for as a part of the page", async () => {
    await search({ q: `"><script>alert(1)</script>`, city: "<b>", category: "<i>" });
    assert.doesNotMatch(browser.page, /<script|<b>alert|<i>/);
    assert.match(browser.page, /&lt;script&gt;alert\(1\)/);
  });
});

describe("a venue's page", () => {
  it("shows the place, its services and both prices, with everything escaped", async () => {
    await browser.get("/venues/quiet-house");
    assert.match(browser.page, /A &lt;quiet&gt; place\./);
    assert.match(browser.page, /9:00 to 18:00/);
    assert.match(browser.page, /<p class="price">€60<\/p>/);
    assert.match(browser.page, /<b>€45<\/b> off-peak\s+<span>Mon–Fri, 10:00–14:00<\/span>/);
    assert.match(browser.page, /href="\/venues\/quiet-house\/services\/massage"/);
  });

  it("shows pictures that are there", async () => {
    await browser.get("/venues/moss-ember");
    const pictures = [...browser.page.matchAll(/src="(\/media\/[^"]+)"/g)].map(([, address = ""]) => address);
    assert.equal(pictures.length, 3);
    for (const picture of pictures) {
      const answer = await browser.get(picture);
      assert.deepEqual([answer.status, answer.headers.get("content-type")], [200, "image/svg+xml"]);
    }
  });
});

describe("a site without places", () => {
  it("has its pages all the same", async () => {
    const database = await openDatabase({ kind: "sqlite", file: `${await tempFolder()}/empty.sqlite` });
    await migrateToLatest(database);
    const { url } = await startSite(() => ({ database }));
    for (const address of ["/", "/venues"]) assert.equal((await fetch(url + address)).status, 200, address);
    await database.destroy();
  });
});

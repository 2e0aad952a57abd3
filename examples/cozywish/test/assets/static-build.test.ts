import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, it } from "node:test";
import { buildStatic, rewriteReferences } from "../../src/assets/build-static-files.ts";
import { openStaticFiles, sourceFolder } from "../../src/web/static-files.ts";
import { Browser } from "../support/browser.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { startSite } from "../support/test-site.ts";

/** Builds files that are given as text. */
async function build(source: Record<string, string>) {
  const folder = await tempFolder();
  const places = {
    sourceFolder: path.join(folder, "static"),
    builtFolder: path.join(folder, "dist/static"),
    manifestFile: path.join(folder, "dist/manifest.json"),
  };
  await mkdir(places.sourceFolder);
  for (const [name, text] of Object.entries(source))
    await writeFile(path.join(places.sourceFolder, name), text);
  const { files } = await buildStatic(places);
  return { ...places, files, read: (name: string) => readFile(path.join(places.builtFolder, name), "utf8") };
}

describe("the static build", () => {
  it("puts a fingerprint into each name, and writes down which file has become which", async () => {
    const { files, manifestFile, builtFolder, read } = await build({
      "a.svg": "<svg/>",
      "b.txt": "b",
      ".hidden": "x",
    });
    assert.match(files["a.svg"] ?? "", /^a\.[0-9a-f]{10}\.svg$/);
    assert.equal(await read(files["a.svg"] ?? ""), "<svg/>");
    assert.deepEqual((await readdir(builtFolder)).sort(), Object.values(files).sort());
    assert.deepEqual(Object.keys(files), ["a.svg", "b.txt"]);
    assert.deepEqual(JSON.parse(await readFile(manifestFile, "utf8")), { format: 1, files });
  });

  it("gives the same contents the same name, and others another", async () => {
    const one = await build({ "a.svg": "<svg/>" });
    const same = await build({ "a.svg": "<svg/>" });
    const other = await build({ "a.svg": "<svg></svg>" });
    assert.deepEqual(same.files, one.files);
    assert.notEqual(other.files["a.svg"], one.files["a.svg"]);
  });

  it("renames a style whose picture has changed", async () => {
    const css = "a { background: url(a.svg) }";
    const one = await build({ "a.svg": "<svg/>", "app.css": css });
    const other = await build({ "a.svg": "<svg></svg>", "app.css": css });
    assert.notEqual(other.files["app.css"], one.files["app.css"]);
    assert.equal(await one.read(one.files["app.css"] ?? ""), `a { background: url(${one.files["a.svg"]}) }`);
  });

  const files = { "a.svg": "a.1.svg" };
  const references: [css: string, rewritten: string][] = [
    ["url(a.svg)", "url(a.1.svg)"],
    [`url("a.svg")`, `url("a.1.svg")`],
    ["url( './a.svg' )", "url('a.1.svg')"],
    ["url(a.svg?v=2#icon)", "url(a.1.svg?v=2#icon)"],
    ["url(a.svg), url(a.svg)", "url(a.1.svg), url(a.1.svg)"],
    ["url(#clip)", "url(#clip)"],
    ["url(data:image/png;base64,AAAA)", "url(data:image/png;base64,AAAA)"],
    ["url(https://example.com/a.svg)", "url(https://example.com/a.svg)"],
    ["url(/a.svg)", "url(/a.svg)"],
  ];
  for (const [css, rewritten] of references) {
    it(`makes ${rewritten} of ${css}`, () => {
      assert.equal(rewriteReferences("app.css", css, files), rewritten);
    });
  }

  it("refuses a style that refers to a file which isn't there", async () => {
    await assert.rejects(build({ "app.css": "url(gone.svg)" }), {
      message: "static/app.css refers to gone.svg, which is not in static/",
    });
  });
});

describe("a site with a static build", () => {
  it("refers to the built files only, which may be kept for a month", async () => {
    const folder = await tempFolder();
    const builtFolder = path.join(folder, "static");
    const manifest = await buildStatic({
      sourceFolder,
      builtFolder,
      manifestFile: path.join(folder, "m.json"),
    });
    const statics = { ...openStaticFiles("/static/", manifest), folder: builtFolder };
    const { url } = await startSite(() => ({ statics }));
    const browser = new Browser(url);
    await browser.get("/");
    const addresses = [...browser.page.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map(
      ([, address = ""]) => address,
    );
    assert.ok(addresses.length > 3);
    for (const address of new Set([...addresses, `/static/${manifest.files["app.css"]}`])) {
      assert.match(address, /\.[0-9a-f]{10}\.\w+$/);
      const answer = await browser.get(address);
      assert.deepEqual(
        [answer.status, answer.headers.get("cache-control")],
        [200, "public, max-age=2592000"],
        address,
      );
    }
  });

  it("says what to do about a file that the build doesn't have", () => {
    const statics = openStaticFiles("/static/", { format: 1, files: {} });
    assert.throws(
      () => statics.url("app.css"),
      /static\/app\.css is not in the build; run npm run build again/,
    );
  });

  it("has its files wherever STATIC_URL says", () => {
    const statics = openStaticFiles("https://cdn.example.com/s/", {
      format: 1,
      files: { "a.svg": "a.1.svg" },
    });
    assert.equal(statics.url("a.svg"), "https://cdn.example.com/s/a.1.svg");
  });
});

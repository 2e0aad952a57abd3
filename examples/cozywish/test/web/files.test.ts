import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { before, describe, it } from "node:test";
import { Browser } from "../support/browser.ts";
import { RawRequest } from "../support/raw-request.ts";
import { startSite } from "../support/test-site.ts";

const SECRET = "nobody may read this";

const site = await startSite();

describe("a file", () => {
  before(async () => {
    const media = path.join(site.folder, "media");
    await mkdir(path.join(media, "venues"), { recursive: true });
    await writeFile(path.join(media, "venues/one.svg"), "<svg/>");
    await writeFile(path.join(media, ".hidden"), SECRET);
    await writeFile(path.join(site.folder, "secret.txt"), SECRET);
    // Begins as the media folder does, without being in it.
    await mkdir(path.join(site.folder, "media-private"));
    await writeFile(path.join(site.folder, "media-private/secret.txt"), SECRET);
    await symlink(path.join(site.folder, "secret.txt"), path.join(media, "link.txt"));
    await symlink(path.join(site.folder, "media-private"), path.join(media, "folder"));
  });

  it("of the media folder is sent, may be kept for a month, and may run nothing", async () => {
    const answer = await fetch(`${site.url}/media/venues/one.svg`);
    assert.equal(await answer.text(), "<svg/>");
    assert.equal(answer.headers.get("content-type"), "image/svg+xml");
    assert.equal(answer.headers.get("cache-control"), "public, max-age=2592000");
    assert.match(answer.headers.get("content-security-policy") ?? "", /sandbox/);
  });

  it("is not sent again to whoever has it", async () => {
    const address = `${site.url}/media/venues/one.svg`;
    const etag = (await fetch(address)).headers.get("etag") ?? "";
    assert.equal((await fetch(address, { headers: { "if-none-match": etag } })).status, 304);
    assert.equal((await fetch(address, { headers: { "if-none-match": '"other"' } })).status, 200);
  });

  it("is described, and not sent, to whoever asks for its head", async () => {
    const answer = await new RawRequest(site.url, "/media/venues/one.svg", { method: "HEAD" }).end();
    assert.deepEqual([answer.status, answer.headers["content-length"], answer.body], [200, "6", ""]);
  });

  it("of the static folder has to be asked for anew while its name doesn't change", async () => {
    const answer = await new Browser(site.url).get("/static/app.css");
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("cache-control"), "no-cache");
  });

  const ways = [
    "/media/../secret.txt",
    "/media/%2e%2e/secret.txt",
    "/media/%2e%2e%2fsecret.txt",
    "/media/..%2fsecret.txt",
    "/media/..%5csecret.txt",
    "/media/venues/../../secret.txt",
    "/media/venues/..%2f..%2fsecret.txt",
    "/media/%252e%252e/secret.txt",
    "/media/../media-private/secret.txt",
    "/media/..%2fmedia-private%2fsecret.txt",
    "/media//etc/passwd",
    "/media/%2fetc%2fpasswd",
    "/media/%00secret.txt",
    "/media/venues/one.svg%00.txt",
    "/media/.hidden",
    "/media/link.txt",
    "/media/folder/secret.txt",
    "/media/",
    "/media/venues",
    "/media/%ff",
    "/static/../package.json",
    "/static/%2e%2e/package.json",
    "/static/..%2fpackage.json",
    "/static/..%2fsrc%2fserver.ts",
    "/static//etc/passwd",
  ];
  for (const way of ways) {
    it(`is not reached by ${way}`, async () => {
      const answer = await new RawRequest(site.url, way).end();
      assert.equal(answer.status, 404);
      assert.doesNotMatch(answer.body, new RegExp(`${SECRET}|root:|cozywish-example|enableCompileCache`));
    });
  }
});

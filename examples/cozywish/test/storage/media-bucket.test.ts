import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { addVenues } from "../../src/seeding/seed-venues.ts";
import { parseMediaUrl } from "../../src/settings/media-url.ts";
import { openMedia, type Media } from "../../src/storage/media.ts";
import { Browser } from "../support/browser.ts";
import { findMoto, startMoto } from "../support/moto-server.ts";
import { startSite } from "../support/test-site.ts";

const moto = await findMoto();
const skip = !moto && !process.env["CI"] && "moto can't be had from PyPI: left out here, a failure in CI";
const credentials = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };

describe("pictures in a bucket", { skip }, () => {
  let server: Awaited<ReturnType<typeof startMoto>> | undefined;
  let mediaUrl = "";
  let media: Media;
  before(
    async () => {
      if (!moto) throw new Error("moto can't be had: no python3, or no way to PyPI");
      server = await startMoto(moto);
      Object.assign(process.env, credentials);
      const client = new S3Client({ endpoint: server.url, region: "us-east-1", forcePathStyle: true });
      await client.send(new CreateBucketCommand({ Bucket: "pictures", ACL: "public-read" }));
      client.destroy();
      mediaUrl = `s3://pictures/site?region=us-east-1&endpoint=${server.url}`;
      media = openMedia(parseMediaUrl(mediaUrl));
    },
    { timeout: 60_000 },
  );
  after(() => server?.stop());

  it("are kept with their type, and found again", async () => {
    assert.equal(await media.has("venues/one two.svg"), false);
    await media.save("venues/one two.svg", "<svg/>");
    assert.equal(await media.has("venues/one two.svg"), true);
    const address = media.url("venues/one two.svg");
    assert.equal(address, `${server?.url}/pictures/site/venues/one%20two.svg`);
    const answer = await fetch(address);
    assert.deepEqual([answer.status, await answer.text()], [200, "<svg/>"]);
    assert.equal(answer.headers.get("content-type"), "image/svg+xml");
    assert.equal(answer.headers.get("cache-control"), "public, max-age=2592000");
  });

  it("are seeded there, shown from there, and looked for there by pages of before", async () => {
    const site = await startSite(() => ({}), { MEDIA_URL: mediaUrl });
    assert.equal((await addVenues(site.database, media)).pictures, 36);
    assert.equal((await addVenues(site.database, media)).pictures, 0);
    const browser = new Browser(site.url);
    const { headers } = await browser.get("/venues/moss-ember");
    const pictures = [...browser.page.matchAll(/src="([^"]+\/venues\/[^"]+)"/g)].map(([, url = ""]) => url);
    assert.equal(pictures.length, 3);
    for (const picture of pictures) {
      assert.ok(picture.startsWith(`${server?.url}/pictures/site/`), picture);
      assert.equal((await fetch(picture)).status, 200);
    }
    assert.match(headers.get("content-security-policy") ?? "", new RegExp(`img-src 'self' ${server?.url};`));
    const before = await browser.get("/media/venues/moss-ember-1.svg");
    assert.deepEqual([before.status, before.headers.get("location")], [302, pictures[0]]);
    assert.equal((await browser.get("/media/..%2f..%2fother-bucket/file")).status, 404);
    assert.equal((await fetch(`${site.url}/readyz`)).status, 200);
  });

  it("make a server not ready whose bucket isn't there", async () => {
    const site = await startSite(() => ({}), { MEDIA_URL: mediaUrl.replace("pictures", "no-such-bucket") });
    const answer = await fetch(`${site.url}/readyz`);
    const { checks } = (await answer.json()) as { checks: Record<string, unknown> };
    assert.equal(answer.status, 503);
    assert.deepEqual(checks["storage"], { status: "fault", fault: "not reachable" });
  });
});

describe("the address of a picture", () => {
  const addresses: [mediaUrl: string, address: string][] = [
    ["s3://pictures?region=eu-central-1", "https://pictures.s3.eu-central-1.amazonaws.com/a%20b/c.svg"],
    [
      "s3://my.pictures/site/?region=eu-west-1",
      "https://s3.eu-west-1.amazonaws.com/my.pictures/site/a%20b/c.svg",
    ],
    [
      "s3://pictures/site?endpoint=https://s3.example.com/",
      "https://s3.example.com/pictures/site/a%20b/c.svg",
    ],
    ["s3://pictures/site?public=https://cdn.example.com/p", "https://cdn.example.com/p/a%20b/c.svg"],
    ["file:///srv/media", "/media/a%20b/c.svg"],
  ];
  for (const [mediaUrl, address] of addresses) {
    it(`in ${mediaUrl} is ${address}`, () => {
      assert.equal(openMedia(parseMediaUrl(mediaUrl)).url("a b/c.svg"), address);
    });
  }
});

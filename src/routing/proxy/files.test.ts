import { mkdir, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask, askRaw } from "../testing/ask.ts";
import { Stage } from "../testing/stage.ts";

let stage: Stage;
let files: string;
beforeAll(async () => {
  stage = await Stage.open();
  files = join(stage.folder, "files");
  await mkdir(join(files, "static", "css"), { recursive: true });
  await mkdir(join(files, "media"), { recursive: true });
  const put = (name: string, content: string | Buffer) => writeFile(join(files, name), content);
  await put("static/css/site.0a1b.css", "body { color: teal }");
  await put("static/app.js", "plain");
  await put("static/app.js.br", "brotli");
  await put("static/app.js.gz", "gzip");
  await put("static/large.bin", Buffer.alloc(300_000, "l"));
  await put("static/empty.txt", "");
  await put("static/a b%.txt", "odd name");
  await put("static/.secret", "hidden");
  await put("secret.txt", "outside");
  await put("media/page.html", "<script>1</script>");
  await put("media/photo.jpg", "jpeg");
  await symlink("../secret.txt", join(files, "static", "leak.txt"));
  await symlink("app.js", join(files, "static", "alias.js"));
  await utimes(join(files, "static/app.js"), 1_000_000_000, 1_000_000_000);
  stage.settings = {
    ...stage.settings,
    static: { url: "/static/", folder: join(files, "static") },
    media: { url: "/media/", folder: join(files, "media") },
  };
  await stage.proxy();
});
afterAll(async () => stage.dispose());

const get = (path: string, headers: Record<string, string> = {}, method = "GET") =>
  ask(`${stage.url}${path}`, { headers, method });

describe("a file", () => {
  it("comes with its type and lasts for 30 days, and sets no cookie", async () => {
    const answer = await get("/static/css/site.0a1b.css?v=1");
    expect(answer).toMatchObject({ status: 200, text: "body { color: teal }" });
    expect(answer.headers).toMatchObject({
      "content-type": "text/css; charset=utf-8",
      "cache-control": "public, max-age=2592000",
      "content-length": "20",
    });
    const ends = Date.parse(answer.headers.expires ?? "");
    expect(Math.abs(ends - Date.now() - 2_592_000_000)).toBeLessThan(60_000);
    expect(answer.headers["set-cookie"]).toBeUndefined();
    const line = await stage.lineOf("/static/css/site.0a1b.css");
    expect(line).toMatchObject({ files: "static", status: 200, bytes: 20, query: true });
    expect(line).not.toHaveProperty("bucket");
  });

  it("is not sent again to a client that has it", async () => {
    const { headers } = await get("/static/app.js");
    expect(headers["last-modified"]).toBe("Sun, 09 Sep 2001 01:46:40 GMT");
    const fresh: Record<string, string>[] = [
      { "If-None-Match": headers.etag ?? "" },
      { "If-None-Match": `"other", W/${headers.etag}` },
      { "If-Modified-Since": headers["last-modified"] ?? "" },
    ];
    for (const condition of fresh) {
      const answer = await get("/static/app.js", condition);
      expect(answer).toMatchObject({ status: 304, text: "" });
      expect(answer.headers.etag).toBe(headers.etag);
    }
    const stale = { "If-None-Match": '"other"', "If-Modified-Since": headers["last-modified"] ?? "" };
    expect((await get("/static/app.js", stale)).status).toBe(200);
  });

  it.each([
    ["bytes=0-9", 206, "bytes 0-9/300000", 10],
    ["bytes=299990-", 206, "bytes 299990-299999/300000", 10],
    ["bytes=-5", 206, "bytes 299995-299999/300000", 5],
    ["bytes=100000-999999999", 206, "bytes 100000-299999/300000", 200_000],
    ["bytes=300000-", 416, "bytes */300000", 0],
    ["bytes=5-2", 200, undefined, 300_000],
    ["bytes=0-1,4-5", 200, undefined, 300_000],
    ["lines=1-2", 200, undefined, 300_000],
  ])("answers the range %s with %i", async (range, status, contentRange, length) => {
    const answer = await get("/static/large.bin", { Range: range });
    expect(answer.status).toBe(status);
    expect(answer.headers["content-range"]).toBe(contentRange);
    expect(answer.text).toHaveLength(length);
  });

  it("answers a range whole when the client's copy is of another version", async () => {
    const { headers } = await get("/static/large.bin");
    const same = { Range: "bytes=0-1", "If-Range": headers.etag ?? "" };
    expect((await get("/static/large.bin", same)).status).toBe(206);
    expect((await get("/static/large.bin", { ...same, "If-Range": '"other"' })).status).toBe(200);
  });

  it("is sent compressed to whoever takes it so", async () => {
    const encoded = async (accept: string) => {
      const { headers, text } = await get("/static/app.js", { "Accept-Encoding": accept });
      return [headers["content-encoding"], text, headers.vary, headers["content-type"]];
    };
    const type = "text/javascript; charset=utf-8";
    expect(await encoded("gzip, deflate, br")).toEqual(["br", "brotli", "Accept-Encoding", type]);
    expect(await encoded("gzip;q=0.5")).toEqual(["gzip", "gzip", "Accept-Encoding", type]);
    expect(await encoded("br;q=0, gzip;q=0.0")).toEqual([undefined, "plain", "Accept-Encoding", type]);
  });

  it.each(["/static/empty.txt", "/static/a%20b%25.txt", "/static/alias.js"])(
    "is found at %s",
    async (path) => {
      expect((await get(path)).status).toBe(200);
    },
  );

  it("has an answer to HEAD and none to anything that would change it", async () => {
    expect(await get("/static/large.bin", {}, "HEAD")).toMatchObject({
      status: 200,
      text: "",
      headers: { "content-length": "300000" },
    });
    expect(await get("/static/app.js", {}, "POST")).toMatchObject({
      status: 405,
      headers: { allow: "GET, HEAD" },
    });
  });
});

describe("what must not be had", () => {
  it.each([
    "/static/../secret.txt",
    "/static/%2e%2e/secret.txt",
    "/static/..%2fsecret.txt",
    "/static/css/..%2f..%2f..%2fsecret.txt",
    "/static/..%5csecret.txt",
    "/static//etc/passwd",
    "/static/.secret",
    "/static/leak.txt",
    "/static/app.js%00.css",
    "/static/%ff%fe",
    "/static/%",
    "/static/css",
    "/static/css/",
    "/static/",
    "/static/none.txt",
    `/static/${"n".repeat(300)}`,
  ])("is 404: %s", async (path) => {
    const back = await askRaw(stage.port, `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    expect(back).toMatch(/^HTTP\/1\.1 404 /);
    expect(back).not.toMatch(/outside|hidden|root:/);
  });
});

describe("what users have uploaded", () => {
  it("can't run with the site's rights", async () => {
    const page = await get("/media/page.html");
    expect(page.headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "content-security-policy": "sandbox",
    });
    const photo = await get("/media/photo.jpg");
    expect(photo.headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "content-type": "image/jpeg",
    });
    expect(photo.headers["content-security-policy"]).toBeUndefined();
  });
});

import { mkdir, mkdtemp, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { shortName, shortRunFolder } from "./run-folder.ts";

let base: string;
let deep: string;
const uid = process.getuid?.() ?? 0;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "cr-"));
  deep = join(base, "a".repeat(80), "b".repeat(80), "run");
  await mkdir(deep, { recursive: true });
});
afterEach(async () => {
  await rm(base, { recursive: true });
});

describe("shortRunFolder", () => {
  it("is the folder itself where every socket's path fits", async () => {
    expect(await shortRunFolder("/home/u/.local/share/cozy/e/shop/run", { base })).toBe(
      "/home/u/.local/share/cozy/e/shop/run",
    );
  });

  it("is a link that a socket can be listened on through, where the folder is too deep", async () => {
    const short = await shortRunFolder(deep, { base });
    expect(await readlink(short)).toBe(deep);
    await mkdir(join(deep, "20261124-101112-abcdef012345"));
    const server = createServer().listen(join(short, "20261124-101112-abcdef012345", "web.10.sock"));
    await once(server, "listening");
    server.close();
  });

  it("is the same name every time, and is made again when it was cleaned away", async () => {
    const short = await shortRunFolder(deep, { base });
    expect(await shortRunFolder(deep, { base })).toBe(short);
    await rm(short);
    expect(await shortRunFolder(deep, { base })).toBe(short);
    expect(await readlink(short)).toBe(deep);
  });

  it.each<[string, (name: string) => Promise<void>, number, string]>([
    ["leads elsewhere", (name) => symlink("/etc", name), uid, "leads to /etc"],
    ["is a file", (name) => writeFile(name, ""), uid, "not a link"],
    ["is somebody else's", (name) => symlink(deep, name), uid + 1, `user with the id ${uid}`],
  ])("refuses a name that %s", async (_, occupy, asUser, why) => {
    await occupy(shortName(deep, asUser, base));
    await expect(shortRunFolder(deep, { base, uid: asUser })).rejects.toMatchObject({
      code: "run-folder-taken",
      message: expect.stringContaining(why),
    });
  });
});

import { mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { generatedStoreAt } from "./generated-values.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozy-generated-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("generatedStoreAt", () => {
  it("keeps values in a file that only its owner can read, and leaves nothing else behind", async () => {
    const file = join(folder, "new", "generated.json");
    const store = generatedStoreAt(file);
    expect(await store.read()).toEqual({});
    await store.write({ SESSION_KEY: "abc" });
    expect(await generatedStoreAt(file).read()).toEqual({ SESSION_KEY: "abc" });
    expect(JSON.parse(await readFile(file, "utf8"))).toEqual({ format: 1, values: { SESSION_KEY: "abc" } });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(folder, "new"))).toEqual(["generated.json"]);
  });

  it.each([
    ["half a file", '{"format":1,"values":{"KEY":"se', "generated-damaged"],
    ["something else", "[1, 2]", "generated-damaged"],
    ["a value that is no string", '{"format":1,"values":{"KEY":{"secret":1}}}', "generated-damaged"],
    ["no format", '{"values":{}}', "generated-damaged"],
    ["a newer format", '{"format":2,"kept":{}}', "generated-newer"],
  ])("refuses %s and leaves it as it is", async (_, text, code) => {
    const file = join(folder, "generated.json");
    await writeFile(file, text);
    const store = generatedStoreAt(file);
    await expect(store.read()).rejects.toMatchObject({ code });
    await expect(store.write({ KEY: "new" })).rejects.toMatchObject({ code });
    expect(await readFile(file, "utf8")).toBe(text);
  });
});

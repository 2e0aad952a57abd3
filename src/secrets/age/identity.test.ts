import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findIdentity, makeIdentity, requireIdentity, type IdentityPlace } from "./identity.ts";
import { person } from "./testing.ts";

let homeFolder = "";
beforeEach(async () => {
  homeFolder = await mkdtemp(join(tmpdir(), "cozy-identity-"));
});
afterEach(() => rm(homeFolder, { recursive: true, force: true }));

const place = (env: IdentityPlace["env"] = {}): IdentityPlace => ({ env, homeFolder });

describe("the identity", () => {
  it("is made for its owner alone, found again, and never written over", async () => {
    const made = await makeIdentity(place(), 0);
    expect(made.where).toBe(join(homeFolder, ".config", "cozy", "identity"));
    expect((await stat(made.where)).mode & 0o777).toBe(0o600);
    expect((await stat(join(homeFolder, ".config", "cozy"))).mode & 0o777).toBe(0o700);
    expect(await findIdentity(place())).toMatchObject({ publicKeys: made.publicKeys });
    await expect(makeIdentity(place(), 0)).rejects.toThrow("EEXIST");
    expect(inspect(made, { depth: 9 })).not.toContain("AGE-SECRET");
    expect(await readFile(made.where, "utf8")).toContain("AGE-SECRET-KEY-1");
  });

  it("is the key in the variable, or the file that it names; several keys in one, with comments", async () => {
    const [ann, bob] = await Promise.all([person("ann"), person("bob")]);
    const both = `# ann\n${ann.key}\r\n\n${bob.key}\n`;
    const publicKeys = [ann.recipient.key, bob.recipient.key];
    expect(await findIdentity(place({ COZY_AGE_IDENTITY: both }))).toMatchObject({ publicKeys });
    await writeFile(join(homeFolder, "key"), both, { mode: 0o600 });
    expect(await findIdentity(place({ COZY_AGE_IDENTITY: "~/key" }))).toMatchObject({ publicKeys });
  });

  it("is missing with the way to get one", async () => {
    expect(await findIdentity(place())).toBeUndefined();
    await expect(requireIdentity(place())).rejects.toMatchObject({ code: "identity-missing" });
  });

  it.each<[string, (key: string) => string, string]>([
    ["nothing", () => "# created: now\n", "it holds no key"],
    ["a key of SSH", () => "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n", "it holds something else"],
    ["a mistyped key", (key) => key.slice(0, -1) + (key.endsWith("Q") ? "P" : "Q"), "the checksum is wrong"],
    ["half a key", (key) => key.slice(0, -10), "the checksum is wrong"],
  ])("is refused where it holds %s, and not shown", async (_, text, why) => {
    const { key } = await person("ann");
    await writeFile(join(homeFolder, "key"), text(key), { mode: 0o600 });
    const error: unknown = await findIdentity(place({ COZY_AGE_IDENTITY: join(homeFolder, "key") })).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: "identity-unusable", message: expect.stringContaining(why) });
    expect(inspect(error, { depth: 9 })).not.toContain(key.slice(0, 30));
  });

  it("is refused where others can read it", async () => {
    const { where } = await makeIdentity(place(), 0);
    await chmod(where, 0o640);
    await expect(findIdentity(place())).rejects.toMatchObject({
      code: "identity-unusable",
      next: `chmod 600 ${where}`,
    });
  });
});

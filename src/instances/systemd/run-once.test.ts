import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { serverLayout } from "../../hosts/server-layout.ts";
import { openOnce, type OnceParts } from "./run-once.ts";

let instances: string;
beforeEach(async () => void (instances = await mkdtemp(join(tmpdir(), "cozy-once-"))));
afterEach(() => rm(instances, { recursive: true, force: true }));

const layout = serverLayout("shop", "staging");
const cozysHome = layout.paths.root;

/** What systemd gives the command. */
async function environmentOf(variables: Readonly<Record<string, string>>, terminal: boolean) {
  const parts: OnceParts = {
    layout: { ...layout, instances },
    run: async () => ({ exitCode: 0, stdout: "", stderr: "" }),
    newName: () => "one",
    now: Date.now,
  };
  const limits = { memoryBytes: undefined, openFiles: undefined };
  const opened = await openOnce(
    parts,
    { release: "r1", command: ["node"], folder: "/", variables, limits },
    { terminal },
  );
  const file = join(instances, "once@one", "environment");
  const text = await readFile(file, "utf8");
  await opened.close();
  await expect(readFile(dirname(file))).rejects.toThrow("ENOENT");
  return text;
}

describe("the home folder of a command", () => {
  it("is one that it can write into at a terminal, where shells keep a history", async () => {
    expect(await environmentOf({ HOME: cozysHome, PORT: "1" }, true)).toBe(
      "export HOME=/tmp\nexport PORT=1\n",
    );
  });

  it.each([
    ["as its instances have it elsewhere", cozysHome, false],
    ["what the project says", "/srv/home", true],
  ])("is %s", async (_, home, terminal) => {
    expect(await environmentOf({ HOME: home }, terminal)).toContain(home);
  });
});

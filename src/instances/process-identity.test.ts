import { execFile, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mayBeLeftOut } from "../../test/support/may-be-left-out.ts";
import { identify, isAlive, type ProcessIdentity } from "./process-identity.ts";

const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) await ended(child);
});

interface Started extends ProcessIdentity {
  readonly child: ChildProcess;
}

function started(): Started {
  const child = spawn("sleep", ["60"], { stdio: "ignore" });
  children.push(child);
  const identity = identify(child.pid ?? 0);
  if (identity === undefined) throw new Error("sleep was not started");
  return { ...identity, child };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const over = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await over;
}

describe("a process that is in sight", () => {
  it("is alive until it ends", async () => {
    const sleeps = started();
    expect(isAlive(sleeps)).toBe(true);
    await ended(sleeps.child);
    expect(isAlive(sleeps)).toBe(false);
  });

  it("is none of the same number that began at another time", () => {
    const { pid, mark } = started();
    expect(isAlive({ pid, mark: `${mark}0` })).toBe(false);
  });
});

/** systemd's sandboxes do it by a /proc of their own; here it is one that shows no process at all. */
const hiding = `
chmod 755 "$0" && mkdir -p "$0/sys/kernel/random" && touch "$0/sys/kernel/random/boot_id"
mount --bind /proc/sys/kernel/random/boot_id "$0/sys/kernel/random/boot_id" && mount --rbind "$0" /proc && exec "$@"`;
const isRoot = process.getuid?.() === 0;
const apart = ["--mount", ...(isRoot ? [] : ["--map-root-user"])];
const canHide = spawnSync("unshare", [...apart, "true"]).status === 0;

describe.skipIf(mayBeLeftOut(!canHide))("a process that a sandbox hides", () => {
  let folder: string;
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "cozy-proc-"))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** What one in the sandbox takes each of them for; as another user where one is given. */
  async function seenFromWithin(identities: readonly ProcessIdentity[], uid?: number): Promise<unknown> {
    const script = `import { isAlive } from ${JSON.stringify(join(import.meta.dirname, "process-identity.ts"))};
      ${uid === undefined ? "" : `process.setuid(${uid});`}
      console.log(JSON.stringify(JSON.parse(process.argv[1]).map(isAlive)));`;
    const words = ["/bin/sh", "-c", hiding, folder, process.execPath, "--input-type=module", "-e", script];
    const plain = identities.map(({ pid, mark }) => ({ pid, mark }));
    const { stdout } = await promisify(execFile)("unshare", [...apart, ...words, JSON.stringify(plain)]);
    return JSON.parse(stdout);
  }

  it("is taken for the one that is meant, because a run that goes on must not be begun a second time", async () => {
    const goesOn = started();
    const gone = started();
    await ended(gone.child);
    const ofAnotherBoot = { ...goesOn, mark: goesOn.mark.replace(/^[^:]*/u, "00000000-0000-0000") };
    expect(await seenFromWithin([goesOn, gone, ofAnotherBoot])).toEqual([true, false, false]);
  });

  it.runIf(isRoot)("is another's where it can be told nothing", async () => {
    expect(await seenFromWithin([started()], 65_534)).toEqual([false]);
  });
});

import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const variable = "COZY_TEST_SHARED_HOME";

/**
 * A cozy home that the sandboxes of the examples and of Django share, as the projects of one machine do: keeping a Python and installing
 * packages takes longer than most stories. That each is kept well from nothing is shown by the first of them, and beside `src/artifacts`.
 */
export function sharedHome(): string {
  const home = process.env[variable];
  if (home === undefined) throw new Error(`${variable} is not set: vitest's global set-up does it`);
  return home;
}

/** vitest calls it once a run; where several runs are to share one, whoever starts them makes it. */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env[variable] !== undefined) return undefined;
  const made = await makeSharedHome();
  process.env[variable] = made.home;
  return made.remove;
}

/** With what a program needs to have its tests share it. */
export async function makeSharedHome() {
  const home = await realpath(await mkdtemp(join(tmpdir(), "cozy-shared-")));
  return {
    home,
    env: { [variable]: home },
    remove: () => rm(home, { recursive: true, force: true }),
  };
}

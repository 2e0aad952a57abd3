import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ScheduleList } from "../../src/commands/schedules-look.ts";
import type { ScheduleTimes } from "../../src/project/project.ts";
import type { RunEvidence } from "../../src/schedules/evidence.ts";
import { tinyConfig, until, type Sandbox } from "./sandbox.ts";

/** The project file of the fixture application with these schedules, written as TypeScript. */
export function configWith(schedules: string): (port: number) => string {
  return (port) => tinyConfig(port, "", schedules === "" ? "" : `schedules: { ${schedules} },`);
}

export async function listOf(sandbox: Sandbox): Promise<ScheduleList> {
  return sandbox.json<ScheduleList>(["schedules", "staging"]);
}

/** What came of the starts of a schedule, oldest first. */
export async function runsOf(sandbox: Sandbox, name: string): Promise<readonly RunEvidence[]> {
  const { runs } = await sandbox.json<{ runs: RunEvidence[] }>(["schedules", "staging", "--runs", name]);
  return runs.toReversed();
}

export interface InstanceLook {
  readonly id: { readonly release: string; readonly type: string };
  readonly pid?: number;
}

/** The processes that watch the clock. */
export async function watchers(sandbox: Sandbox): Promise<readonly InstanceLook[]> {
  const status = await sandbox.json<{ host: { instances: InstanceLook[] } }>(["status", "staging"]);
  return status.host.instances.filter(({ id }) => id.type === "schedules");
}

/**
 * Has the watcher see to a schedule as if it had last done so some time ago, which is quicker than waiting: it is killed, and the
 * supervisor starts it again.
 */
export async function lastSeenTo(
  sandbox: Sandbox,
  name: string,
  at: number,
  when: ScheduleTimes,
): Promise<void> {
  const [watcher] = await watchers(sandbox);
  const folder = join(sandbox.home, "environments", "tiny-staging", "schedules", name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "clock.json"), JSON.stringify({ format: 1, until: at, when }));
  if (watcher?.pid === undefined) throw new Error("nothing watches the clock");
  process.kill(watcher.pid, "SIGKILL");
  await until("it watches again", async () => {
    const [now] = await watchers(sandbox);
    return now?.pid !== undefined && now.pid !== watcher.pid;
  });
}

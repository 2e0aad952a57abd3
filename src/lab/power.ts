import { join } from "node:path";
import { systemCode } from "../errors/cozy-error.ts";
import { pause } from "../shared/pause.ts";
import { bootHost } from "./boot-host.ts";
import { cgroupRoot, isPopulated, killCgroup, processesIn } from "./cgroup.ts";
import { hostLayout } from "./lab-layout.ts";

/** Longer than most services may take to stop; then the power is cut. */
const shutdownMs = 30_000;

export async function isOn(lab: string, host: string): Promise<boolean> {
  return isPopulated(join(await cgroupRoot(), hostLayout(lab, host).cgroup));
}

/** Ends the whole host at once, as when its power fails; what it had written stays on its disk. */
export async function cutPower(lab: string, host: string, signal: AbortSignal): Promise<void> {
  await killCgroup(join(await cgroupRoot(), hostLayout(lab, host).cgroup), signal);
}

/** Lets a host that runs shut down in order, then boots it with its disk as it is; one that is off just boots. */
export async function reboot(
  lab: string,
  host: { readonly name: string; readonly address: string },
  signal: AbortSignal,
): Promise<void> {
  const cgroups = await cgroupRoot();
  const cgroup = join(cgroups, hostLayout(lab, host.name).cgroup);
  await shutDown(cgroup, signal);
  await killCgroup(cgroup, signal);
  await bootHost({ lab, ...host }, cgroups, signal);
}

/** systemd-nspawn passes SIGTERM on as the request to power off. */
async function shutDown(cgroup: string, signal: AbortSignal): Promise<void> {
  const until = performance.now() + shutdownMs;
  for (const pid of await processesIn(join(cgroup, "supervisor"))) {
    try {
      process.kill(pid, "SIGTERM");
    } catch (error) {
      if (systemCode(error) !== "ESRCH") throw error;
    }
  }
  while ((await isPopulated(cgroup)) && performance.now() < until) await pause(20, signal);
}

/** The host's PID 1, by the number that the machine knows it by; `undefined` while it is off. */
export async function firstProcess(lab: string, host: string): Promise<number | undefined> {
  const cgroup = join(await cgroupRoot(), hostLayout(lab, host).cgroup);
  const [pid] = await processesIn(join(cgroup, "payload", "init.scope"));
  return pid;
}

import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { cgroupRoot } from "../../src/lab/cgroup.ts";
import { labLayout, namespacePrefix, networkNamespaces } from "../../src/lab/lab-layout.ts";

/** All that the machine still has of a lab, looked for by other ways than those that take it away. */
export async function leftOfLab(lab: string): Promise<readonly string[]> {
  const { folder, machineLink, cgroup } = labLayout(lab);
  const mounts = (await readFile("/proc/self/mountinfo", "utf8")).split("\n");
  const networks = existsSync(networkNamespaces) ? await readdir(networkNamespaces) : [];
  return [
    ...[folder, join("/sys/class/net", machineLink), join(await cgroupRoot(), cgroup)].filter((path) =>
      existsSync(path),
    ),
    ...mounts.filter((line) => line.includes(`${folder}/`)),
    ...networks.filter((name) => name.startsWith(namespacePrefix(lab))),
    ...(await processesNaming(folder)),
  ];
}

/** Those whose command line or root names the lab's folder, wherever they were started. */
async function processesNaming(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const pid of await readdir("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    const line = await readFile(join("/proc", pid, "cmdline"), "utf8").catch(() => "");
    if (line.includes(`${folder}/`)) found.push(`process ${pid}: ${line.replaceAll("\0", " ")}`);
  }
  return found;
}

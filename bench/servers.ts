/**
 * Deploys and rollbacks of the Django application on real Debian hosts of a lab, by cozy, by the strategy's own shell commands, by
 * Capistrano and by Ansible, under load, and what each makes of a release that can't start, on as many hosts as are named first:
 * `node bench/servers.ts [--hosts 4,1] [--delays 0,50] [--rounds 3] [--by cozy,shell] [--write servers]`. Needs root on Debian, with
 * `capistrano` and `ansible-core` from there: it installs them where they are missing. Sixteen hosts (`--hosts 4,1,16`) take 8 GB of
 * memory. `--write` puts the report into `results/`, under that name.
 */
import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { makeSharedHome } from "../test/support/shared-home.ts";
import { deployBroken, type Broken } from "./servers/broken.ts";
import { contestants } from "./servers/contestants.ts";
import { moveAway } from "./servers/far-away.ts";
import { goalsOf } from "./servers/goals.ts";
import { measure, type Measured } from "./servers/measure.ts";
import { brokenRows, markdown, milliseconds, tableRows } from "./servers/report.ts";
import { openStage } from "./servers/stage.ts";
import { printTable } from "./statistics.ts";

const { values } = parseArgs({
  options: {
    hosts: { type: "string", default: "4,1" },
    delays: { type: "string", default: "0,50" },
    rounds: { type: "string", default: "3" },
    by: { type: "string", default: Object.keys(contestants).join(",") },
    write: { type: "string" },
  },
});
const rounds = Number(values.rounds);
const names = values.by.split(",");
const hostCounts = values.hosts.split(",").map(Number);
installPeers(names);
const home = await makeSharedHome();
Object.assign(process.env, home.env);
const all: Measured[] = [];
const broken: Broken[] = [];
try {
  for (const [index, hosts] of hostCounts.entries()) {
    all.push(...(await onHosts(hosts)));
    // What comes next may take an hour, and fail.
    if (values.write !== undefined) await writeReport(values.write, hostCounts.slice(0, index + 1));
  }
} finally {
  await home.remove();
}

printTable("Deploys and rollbacks on servers", tableRows(all));
printTable("A release that can't start", brokenRows(broken));
for (const { hosts, delayMs, command, told } of all.filter(({ contestant }) => contestant === "cozy")) {
  const kinds = Object.entries(told).toSorted(([, a], [, b]) => b - a);
  const rows = kinds.map(([kind, ms]) => [kind, milliseconds(ms)]);
  printTable(`cozy's ${command}, ${hosts} hosts, ${delayMs} ms added: by operation`, rows);
}
const goals = goalsOf(all);
console.log();
for (const { met, text } of goals) console.log(`  ${met ? "met   " : "missed"}  ${text}`);
const lost = [...all, ...broken].some(({ contestant, failed }) => contestant === "cozy" && failed > 0);
if (lost) process.exitCode = 1;

async function writeReport(name: string, measured: readonly number[]): Promise<void> {
  const by = names.length === Object.keys(contestants).length ? "" : ` --by ${names.join(",")}`;
  const asked = `node bench/servers.ts --hosts ${measured.join(",")} --delays ${values.delays} --rounds ${rounds}${by} --write ${name}`;
  const file = fileURLToPath(new URL(`results/${name}.md`, import.meta.url));
  await writeFile(file, `${markdown(all, broken, rounds, asked)}\n`);
}

async function onHosts(hosts: number): Promise<readonly Measured[]> {
  const stage = await openStage(hosts);
  const measured: Measured[] = [];
  try {
    for (const name of names) {
      const contestant = contestants[name]?.();
      if (contestant === undefined) throw new Error(`there is no ${name}`);
      await contestant.setUp(stage);
      for (const delayMs of values.delays.split(",").map(Number)) {
        const comeBack = delayMs === 0 ? undefined : await moveAway(stage.fleet.lab.name, delayMs);
        const found = await measure(stage, contestant, { delayMs, rounds });
        comeBack?.();
        measured.push(...found);
        for (const one of found) console.error(JSON.stringify(one));
      }
      // Once is enough: it hangs neither on the number of hosts nor on how far away they are.
      if (hosts === hostCounts[0]) broken.push(await deployBroken(stage, contestant));
      await contestant.takeDown(stage);
    }
  } finally {
    await stage.dispose();
  }
  return measured;
}

function installPeers(asked: readonly string[]): void {
  const needed = { capistrano: "cap", "ansible-core": "ansible-playbook" };
  const missing = Object.entries(needed).filter(
    ([name, program]) => asked.some((one) => name.startsWith(one)) && !isInstalled(program),
  );
  if (missing.length === 0) return;
  const packages = missing.map(([name]) => name);
  execFileSync("apt-get", ["install", "-qy", "--no-install-recommends", ...packages], { stdio: "ignore" });
}

function isInstalled(program: string): boolean {
  try {
    execFileSync("which", [program], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

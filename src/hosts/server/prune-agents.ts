import { readdir, readFile, readlink, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { tempName, sweepTemps } from "../../artifacts/temp-name.ts";
import { systemCode } from "../../shared/thrown.ts";
import type { MachinePaths } from "../environment-paths.ts";
import { unusedAgents, type KeptAgent } from "./unused-agents.ts";

/** Where else than in cozy's own folders something may name an agent. */
export interface OutsidePlaces {
  readonly units: string;
  readonly processes: string;
}

const ofThisServer: OutsidePlaces = { units: "/etc/systemd/system", processes: "/proc" };

/**
 * Removes agents of earlier versions of cozy that no unit, no instance of any environment and no running process names; the newest ones
 * stay. Gives what was removed.
 */
export async function pruneAgents(
  machine: Pick<MachinePaths, "home" | "agents">,
  now: number,
  outside: OutsidePlaces = ofThisServer,
): Promise<readonly string[]> {
  const kept = await keptAgents(machine.agents);
  // Mostly there is nothing to do, and then nothing else is looked at.
  if (unusedAgents({ kept, folder: machine.agents, texts: [], now }).length === 0) return [];
  await sweepTemps(machine.agents);
  const texts = [
    ...(await textsIn(outside.units, (name) => /\.(service|timer|conf)$/.test(name))),
    ...(await textsOfInstances(join(machine.home, "environments"))),
    ...(await commandLines(outside.processes)),
  ];
  const unused = unusedAgents({ kept, folder: machine.agents, texts, now });
  for (const name of unused) {
    const temp = tempName(join(machine.agents, name));
    await rename(join(machine.agents, name), temp);
    await rm(temp, { recursive: true, force: true });
  }
  return unused;
}

async function keptAgents(folder: string): Promise<KeptAgent[]> {
  const names = (await namesIn(folder)).filter((name) => !name.startsWith("."));
  const all = await Promise.all(
    names.map(async (name): Promise<KeptAgent | undefined> => {
      const found = await unlessGone(stat(join(folder, name)));
      if (found === undefined) return undefined;
      const parts = found.isDirectory() ? await namesIn(join(folder, name)) : ["node"];
      // Node leaves its cache beside the code once it has run.
      const kind = parts.filter((part) => part.endsWith(".mjs") || part === "node").toSorted();
      return { name, kind: kind.join(" "), at: Math.max(found.mtimeMs, found.ctimeMs) };
    }),
  );
  return all.filter((one) => one !== undefined);
}

/** What instances of all environments are started with. */
async function textsOfInstances(environments: string): Promise<string[]> {
  const texts: string[] = [];
  for (const environment of await namesIn(environments)) {
    const instances = join(environments, environment, "instances");
    for (const instance of await namesIn(instances)) {
      texts.push(...(await textsIn(join(instances, instance), (name) => name === "start")));
    }
  }
  return texts;
}

async function commandLines(processes: string): Promise<string[]> {
  const numbers = (await namesIn(processes)).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    numbers.map(async (number) => {
      const folder = join(processes, number);
      return [
        (await unlessGone(readFile(join(folder, "cmdline"), "utf8"))) ?? "",
        // Of other users it can't be read; they run copies that lie in releases.
        (await readlink(join(folder, "exe")).catch(() => undefined)) ?? "",
      ];
    }),
  );
  return found.flat();
}

async function textsIn(folder: string, isMeant: (name: string) => boolean): Promise<string[]> {
  const names = (await namesIn(folder)).filter(isMeant);
  const texts = await Promise.all(names.map((name) => unlessGone(readFile(join(folder, name), "utf8"))));
  return texts.filter((text) => text !== undefined);
}

async function namesIn(folder: string): Promise<string[]> {
  return (await unlessGone(readdir(folder))) ?? [];
}

/** Units, instances and processes come and go while they are looked at. Anything else ends it all: what can't be read may be in use. */
async function unlessGone<Value>(asked: Promise<Value>): Promise<Value | undefined> {
  try {
    return await asked;
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT" || code === "ESRCH" || code === "ENOTDIR") return undefined;
    throw error;
  }
}

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import { startLoad, type Load } from "../../../src/routing/testing/load.ts";
import { briefly } from "../../support/fleet-state.ts";
import { createFleet, type FleetSandbox } from "../../support/fleet.ts";
import { firstMachine, otherMachine, type Machine } from "../../support/other-machine.ts";

/** What the tests of a file share: one lab with one application on all of its hosts, and two machines to deploy from. */
export interface Stage {
  readonly fleet: FleetSandbox;
  readonly first: Machine;
  readonly other: Machine;
}

/** What the application has beside its web instances. */
export interface Application {
  readonly processes?: string;
  readonly more: string;
  /** By name, what files of its own hold. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface NextRelease {
  /** How long the hook before the switch takes, so that something can happen between the start and the switch. */
  readonly holdSeconds?: number;
  /** By host, how the release misbehaves there. */
  readonly behaviour?: Readonly<Record<string, object>>;
  /** A file that the release before has not. */
  readonly large?: string;
}

/** What takes the room of a disk that is to be full. */
export const filler = "/var/lib/cozy/filler";

const withHooks: Application = {
  more: `hooks: {
  beforeSwitch: ["/bin/sh", "-c", "exec sleep $(cat hold.txt)"], afterDeploy: ["true"], afterRollback: ["true"],
},`,
};

/** Small, because what fills a disk of a lab is in the machine's memory. */
const diskBytes = 1_200_000_000;

/** Hooks of the file that calls it. A test that fails leaves a fleet that the next one can use. */
export function faultStage(
  hosts: number,
  { processes = "", more, files = {} }: Application = withHooks,
): () => Stage {
  let stage: Stage | undefined;
  const raised = (): Stage => {
    if (stage === undefined) throw new Error("the stage is there for tests, once it was set up");
    return stage;
  };
  beforeAll(async () => {
    const fleet = await createFleet({ hosts, diskBytes, more: briefly, appMore: more, processes });
    stage = { fleet, first: firstMachine(fleet), other: await otherMachine(fleet) };
    await fleet.write("server.js", await ownOnEachHost(fleet.project));
    for (const [file, text] of Object.entries(files)) await fleet.write(file, text);
    await nextRelease(stage, "first");
    await fleet.ok(["deploy", "staging"]);
  });
  afterAll(async () => stage?.fleet.dispose());
  beforeEach(({ onTestFailed }) => onTestFailed(async () => mend(raised())));
  return raised;
}

/** Commits what the next deploy, from either machine, brings. */
export async function nextRelease(
  { fleet, other }: Stage,
  version: string,
  { holdSeconds = 0, behaviour = {}, large = "" }: NextRelease = {},
): Promise<void> {
  await fleet.commit({
    "version.txt": `${version}\n`,
    "hold.txt": `${holdSeconds}\n`,
    "behaviour.json": JSON.stringify(behaviour),
    "large.bin": large,
  });
  await other.pull();
}

/** Requests to these hosts, or to all, of which none is to be lost. */
export function loadOn({ fleet }: Stage, hosts = fleet.lab.hosts.map(({ name }) => name)): Load {
  const url = hosts.map((name) => `${fleet.urls[name] ?? ""}/`);
  return startLoad({ url, connections: 2, pauseMs: 10 });
}

export function othersThan({ fleet }: Stage, host: string): string[] {
  return fleet.lab.hosts.map(({ name }) => name).filter((name) => name !== host);
}

/** What a command says; a failure is the test's. */
export async function ok(machine: Machine, ...args: readonly string[]): Promise<string> {
  const { code, text } = await machine.start(args).ended;
  expect(code, text).toBe(0);
  return text;
}

export async function servedVersion({ fleet }: Stage, host: string): Promise<string> {
  const response = await fetch(`${fleet.urls[host] ?? ""}/`);
  return ((await response.json()) as { version: string }).version;
}

/** The same release may behave in its own way on one of the hosts. */
async function ownOnEachHost(project: string): Promise<string> {
  const server = await readFile(join(project, "server.js"), "utf8");
  const misbehaves = server
    .replace("default:\n", "default:\n      if (behaviour.wrongStatus) response.statusCode = 500;\n")
    .replace("const version", "Object.assign(behaviour, behaviour[hostname()]);\nconst version");
  return `import { hostname } from "node:os";\n${misbehaves}`;
}

async function mend({ fleet, first }: Stage): Promise<void> {
  for (const { name } of fleet.lab.hosts) {
    await fleet.lab.heal(name);
    await fleet.on(name, `rm -f ${filler}`);
  }
  for (const args of [
    ["lease", "staging", "--take-over"],
    ["abort", "staging"],
    ["resume", "staging"],
  ])
    await first.start(args).ended;
}

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLoad } from "../../../src/routing/testing/load.ts";
import { briefly, faultOfFleet } from "../../support/fleet-state.ts";
import { createFleet, type FleetSandbox } from "../../support/fleet.ts";
import { firstMachine, otherMachine, type Machine } from "../../support/other-machine.ts";
import { served } from "../../support/sandbox.ts";
import { inSoak } from "../../support/soak.ts";

const hooks = `hooks: { beforeSwitch: ["true"], afterDeploy: ["true"], afterRollback: ["true"] },`;

/** What a deploy of the fixture application holds on each of two hosts, and once. */
const deployOperations = [
  "build-artifact@host1",
  ...onBoth([
    "place-release",
    "ensure-agents",
    "start-instances-web",
    "await-ready",
    "smoke",
    "publish-static",
  ]),
  "run-hook-beforeSwitch@host1",
  ...onBoth(["switch-routes", "prove-served", "set-current"]),
  "run-hook-afterDeploy@host1",
  "count-lost@host1",
];
const rollbackOperations = [
  ...onBoth([
    "start-instances-web",
    "await-ready",
    "smoke",
    "publish-static",
    "switch-routes",
    "prove-served",
    "set-current",
  ]),
  "run-hook-afterRollback@host1",
  "count-lost@host1",
];

/** In soaks each operation is hit at one of these, and at another one for the other way. */
const points = ["before", "in", "after", "recorded"] as const;

/** Otherwise: where a lane is under way, where one host may have switched and the other not, and where all of it is in force. */
const usual = {
  resume: {
    deploy: ["in:place-release@host2", "in:switch-routes@host2"],
    rollback: ["after:switch-routes@host1"],
  },
  abort: {
    deploy: ["in:start-instances-web@host2", "after:switch-routes@host1"],
    rollback: ["recorded:set-current@host1"],
  },
};

interface Kept {
  readonly version: string;
  readonly release: string;
}

let fleet: FleetSandbox;
let first: Machine;
let other: Machine;
/** What serves, and what served before it. */
let now: Kept;
let before: Kept;
beforeAll(async () => {
  fleet = await createFleet({ hosts: 2, more: briefly, appMore: hooks });
  [first, other] = [firstMachine(fleet), await otherMachine(fleet)];
  await fleet.ok(["deploy", "staging"]);
  now = await served(url());
  await nextVersion();
  await fleet.ok(["deploy", "staging"]);
  [before, now] = [now, await served(url())];
});
afterAll(async () => fleet?.dispose());

const timeoutMs = inSoak ? 1_800_000 : 300_000;

describe("a deployer that is killed while two hosts are at work", () => {
  it.each(["resume", "abort"] as const)(
    "leaves what %s from another machine ends",
    { timeout: timeoutMs },
    async (way) => {
      const load = startLoad({ url: Object.values(fleet.urls), connections: 2, pauseMs: 10 });
      const told: string[] = [];
      for (const fault of faults(way, "deploy", deployOperations)) {
        const next = await nextVersion();
        const killed = await killedAt(["deploy", "staging"], fault);
        told.push(...(killed ?? (await takenUp(way, fault, next))));
      }
      for (const fault of faults(way, "rollback", rollbackOperations)) {
        const killed = await killedAt(["rollback", "staging", before.release], fault);
        told.push(...(killed ?? (await takenUp(way, `rollback, ${fault}`, before.version))));
      }
      const { errors, sent } = await load.stop();
      expect(told).toEqual([]);
      expect(errors).toEqual([]);
      expect(sent).toBeGreaterThan(500);
    },
  );
});

function onBoth(kinds: readonly string[]): string[] {
  return kinds.flatMap((kind) => [`${kind}@host1`, `${kind}@host2`]);
}

function faults(
  way: "resume" | "abort",
  what: "deploy" | "rollback",
  operations: readonly string[],
): readonly string[] {
  if (!inSoak) return usual[way][what];
  const turn = way === "resume" ? 0 : 2;
  return operations.map((operation, row) => `${points[(row + turn) % points.length]}:${operation}`);
}

function url(): string {
  return Object.values(fleet.urls)[0] ?? "";
}

let count = 0;
async function nextVersion(): Promise<string> {
  count += 1;
  await fleet.commit({ "version.txt": `v${count}\n` });
  await other.pull();
  return `v${count}`;
}

async function killedAt(command: readonly string[], fault: string): Promise<string[] | undefined> {
  const { code, text } = await first.start(command, { COZY_FAULT: fault }).ended;
  return code === null ? undefined : [`${fault}: was not killed but ended with ${code}: ${text}`];
}

/** From a machine that can't know whether the deployer still lives: its lease is taken over first. */
async function takenUp(way: "resume" | "abort", fault: string, meant: string): Promise<string[]> {
  const refused = await other.start([way, "staging"]).ended;
  if (!refused.text.includes("lease-held")) return [`${fault}: ${way} says ${refused.text}`];
  await expectOk(other, ["lease", "staging", "--take-over"]);
  const taken = await other.start([way, "staging"]).ended;
  const inForce = way === "abort" && taken.text.includes("already-committed");
  if (inForce) await expectOk(other, ["resume", "staging"]);
  else if (taken.code !== 0) return [`${fault}: ${way} ended with ${taken.code}: ${taken.text}`];
  const wrong = await faultOfFleet(fleet, way === "resume" || inForce ? meant : now.version);
  if (way === "resume" || inForce) [before, now] = [now, await served(url())];
  return wrong === undefined ? [] : [`${fault}: after ${way}, ${wrong}`];
}

async function expectOk(machine: Machine, args: readonly string[]): Promise<void> {
  const { code, text } = await machine.start(args).ended;
  expect(code, text).toBe(0);
}

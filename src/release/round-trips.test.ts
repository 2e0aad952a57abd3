import { describe, expect, it } from "vitest";
import type { Engine } from "../engine/engine.ts";
import { acquireLease } from "../engine/hold-lease.ts";
import { localLeaseKeeper } from "../engine/local-lease-keeper.ts";
import { pastOf } from "../engine/past.ts";
import { raiseFences } from "../engine/raise-fences.ts";
import { runPlan } from "../engine/run-plan.ts";
import type { PlanResult } from "../engine/ending.ts";
import { far, virtualTime, type Link } from "../engine/testing/far.ts";
import { memoryLease } from "../engine/testing/memory-lease.ts";
import { occasion, someone } from "../engine/testing/plans.ts";
import type { JournalStore } from "../engine/journal-store.ts";
import type { Host, ReleaseRecord } from "../hosts/host.ts";
import type { Fleet } from "./fleet.ts";
import { hostLanes } from "./host-lanes.ts";
import { hostOperationKinds } from "./operations/index.ts";
import { planDeploy } from "./plan-deploy.ts";
import { planRollback } from "./plan-rollback.ts";
import type { Plan } from "./plan.ts";
import { processType, sampleProject, sampleRelease } from "./testing.ts";
import { sampleFleet, serve, shareOf } from "./testing-fleet.ts";
import type { ReleaseWorld } from "./world.ts";

const never = new AbortController().signal;
const project = sampleProject({ processes: { web: processType(["w"], 2), worker: processType(["k"], 1) } });
const environment = environmentOf();
const owner = { ...someone, boot: "b", processStart: "s" };

function environmentOf() {
  const found = project.environments["staging"];
  if (found === undefined) throw new Error("the sample project has a staging environment");
  return found;
}

interface Counted {
  readonly result: PlanResult;
  /** Sequential round trips from the lease until the last host had switched, and until all was over. */
  readonly untilSwitched: number;
  readonly inAll: number;
  readonly asked: readonly string[];
}

/** A whole command against hosts that are a round trip away: the lease, the look, the plan and its end. Nothing else takes time. */
async function counted(
  hosts: number,
  planOf: (fleet: Fleet, records: readonly ReleaseRecord[], served: Readonly<Record<string, string>>) => Plan,
): Promise<Counted> {
  const fleet = await sampleFleet(project, hosts);
  for (const host of fleet.hosts) {
    await serve(host, project, "older", false);
    await host.retireInstances({ release: "older" }, 600_000, never);
    await host.switchRoutes(1, [shareOf("old")], never);
    await host.setCurrent("old", never);
  }
  const time = virtualTime();
  const link: Link = { roundTripMs: 1, asked: [], wait: (forMs) => time.wait(forMs) };
  let switchedAt = 0;
  for (const host of fleet.hosts) {
    const switchRoutes = host.switchRoutes.bind(host);
    host.switchRoutes = async (...args) => {
      switchedAt = time.now();
      return switchRoutes(...args);
    };
  }
  const result = await time.run(commanded(fleet, link, planOf));
  // The answer to the switch is half a round trip away.
  return { result, untilSwitched: switchedAt + 0.5, inAll: time.now(), asked: link.asked };
}

async function commanded(
  fleet: Awaited<ReturnType<typeof sampleFleet>>,
  link: Link,
  planOf: Parameters<typeof counted>[1],
): Promise<PlanResult> {
  const remote: Host[] = fleet.hosts.map((host) => far(host.name, host, link));
  const keeper = far(
    "lease",
    localLeaseKeeper(
      { environment: "staging", store: memoryLease() },
      { now: () => 0, hasEnded: async () => false },
    ),
    link,
  );
  const past = far("past", pastOf(fleet.journals), link);
  const hold = await acquireLease(keeper, {
    owner,
    purpose: { command: "deploy" },
    now: () => 0,
    hasEnded: async () => false,
  });
  const [observed, records, served] = await Promise.all([
    Promise.all(remote.map((host) => host.observe(never))),
    remote[0]?.readReleases(never) ?? [],
    past.servedBefore(),
    past.unfinished(),
    raiseFences(hold, remote, never),
  ]);
  const world: ReleaseWorld = {
    ...fleet.world,
    host: (name) => remote.find((host) => host.name === name) ?? fleet.world.host(name),
  };
  const engine: Engine<ReleaseWorld> = {
    ...fleet.engine(),
    parallelHosts: 16,
    worldFor: () => world,
    hold,
    journals: farJournals(fleet.journals, link),
    lanes: {
      kinds: new Set(Object.keys(hostOperationKinds)),
      of: (name) =>
        far(
          name,
          hostLanes(fleet.world.host(name), () => 0),
          link,
        ),
    },
    served: async () => {
      const states = await Promise.all(remote.map((host) => host.observe(never)));
      return states.map(({ host, current }) => ({ host, release: current }));
    },
  };
  const result = await runPlan(planOf(observed, records, served), occasion, engine);
  await hold.release();
  return result;
}

function farJournals(store: JournalStore, link: Link): JournalStore {
  const remote = far("journals", store, link);
  return {
    ...remote,
    create: async (name, lines) => far("journal", await remote.create(name, lines), link),
  };
}

const rollback: Parameters<typeof counted>[1] = (fleet, records) => {
  const release = records.find(({ id }) => id === "older");
  if (release === undefined) throw new Error("the release before is kept");
  return planRollback({ project, environment, fleet, release });
};

const deploy: Parameters<typeof counted>[1] = (fleet) =>
  planDeploy({
    project,
    environment,
    fleet,
    release: sampleRelease(project, "new", 10),
    artifactKey: "key",
    artifactKnown: false,
  });

describe("sequential round trips to the hosts", () => {
  // A fleet has two barriers more than one host: before its workers follow, and before any host names the release current.
  it.each([
    [1, { untilSwitched: 5, inAll: 14 }],
    [4, { untilSwitched: 5, inAll: 16 }],
    [16, { untilSwitched: 5, inAll: 16 }],
  ])("of a rollback of a warm fleet of %i", async (hosts, roundTrips) => {
    const { result, untilSwitched, inAll } = await counted(hosts, rollback);
    expect(result).toMatchObject({ outcome: "committed", error: undefined });
    expect({ untilSwitched, inAll }).toEqual(roundTrips);
  });

  it.each([
    [1, { untilSwitched: 14, inAll: 23 }],
    [4, { untilSwitched: 14, inAll: 25 }],
    [16, { untilSwitched: 14, inAll: 25 }],
  ])("of a deploy to a fleet of %i", async (hosts, roundTrips) => {
    const { result, untilSwitched, inAll } = await counted(hosts, deploy);
    expect(result).toMatchObject({ outcome: "committed", error: undefined });
    expect({ untilSwitched, inAll }).toEqual(roundTrips);
  });

  it("write to the journal for all hosts at once: as often for sixteen as for two", async () => {
    const appends = async (hosts: number) =>
      (await counted(hosts, rollback)).asked.filter((one) => one === "journal.append").length;
    expect(await appends(16)).toBe(await appends(2));
  });
});

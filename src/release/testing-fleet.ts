import type { Engine, OnPoint } from "../engine/engine.ts";
import type { JournalStore } from "../engine/journal-store.ts";
import { memoryJournals } from "../engine/testing/memory-journals.ts";
import { neverInterrupted } from "../engine/testing/shelf.ts";
import type { CozyEvent } from "../events/event.ts";
import { fakeHost, type FakeHost } from "../hosts/fake-host.ts";
import type { HostState } from "../hosts/host.ts";
import type { Project } from "../project/project.ts";
import type { Share } from "../routing/route-table.ts";
import { releaseOf } from "../routing/route-table.ts";
import { hostLanes } from "./host-lanes.ts";
import { hostOperationKinds, releaseOperationKinds } from "./operations/index.ts";
import { sampleRecord, sampleWorld } from "./testing.ts";
import type { ReleaseWorld } from "./world.ts";

const never = new AbortController().signal;

/** Several hosts in memory on which a release serves, and what a deployer needs to act on them. */
export interface SampleFleet {
  readonly hosts: readonly FakeHost[];
  readonly world: ReleaseWorld;
  readonly journals: JournalStore;
  readonly observe: () => Promise<HostState[]>;
  engine(more?: FleetEngine): Engine<ReleaseWorld> & { readonly events: CozyEvent[] };
}

export interface FleetEngine {
  readonly token?: number;
  /** Whether hosts carry operations out by themselves. */
  readonly lanes?: boolean;
  readonly onPoint?: OnPoint;
  readonly journals?: JournalStore;
  readonly hold?: Engine<ReleaseWorld>["hold"];
}

/** `old` serves on every host; singletons run on the first. */
export async function sampleFleet(
  project: Project,
  count: number,
  names = namesOf(count),
): Promise<SampleFleet> {
  const hosts = names.map((name) => fakeHost(name));
  const base = sampleWorld(hosts[0]);
  const world: ReleaseWorld = {
    ...base,
    host(name) {
      const found = hosts.find((host) => host.name === name);
      if (found === undefined) throw new Error(`there is no host ${name}`);
      return found;
    },
  };
  for (const [index, host] of hosts.entries()) await serve(host, project, "old", index === 0);
  const journals = memoryJournals();
  return {
    hosts,
    world,
    journals,
    observe: () => Promise.all(hosts.map((host) => host.observe(never))),
    engine: ({ token = 1, lanes = true, ...more } = {}) => {
      const events: CozyEvent[] = [];
      return {
        kinds: releaseOperationKinds,
        worldFor: () => world,
        hold: { token, lost: never, confirm: async () => {} },
        journals,
        interrupt: neverInterrupted(),
        emit: (event) => events.push(event),
        now: () => 0,
        served: () => Promise.all(hosts.map(servedBy)),
        lanes: lanes
          ? {
              kinds: new Set(Object.keys(hostOperationKinds)),
              of: (name) => hostLanes(world.host(name), () => 0),
            }
          : undefined,
        ...more,
        events,
      };
    },
  };
}

function namesOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `web-${index + 1}`);
}

/** Has a release serve all traffic of a host, as a deploy leaves it. */
export async function serve(
  host: FakeHost,
  project: Project,
  release: string,
  singletons: boolean,
): Promise<void> {
  const record = sampleRecord(project, release);
  await host.placeRelease({ release: record, variables: {}, persist: [] }, never);
  await host.ensureAgents({ address: "", port: 1, staticUrl: undefined, mediaUrl: undefined }, never);
  const types = Object.entries(record.processes).filter(([, { singleton }]) => singletons || !singleton);
  await host.startInstances({ release, types: types.map(([type]) => type) }, never);
  await host.switchRoutes(1, [shareOf(release)], never);
  await host.setCurrent(release, never);
  host.calls.length = 0;
}

export function shareOf(release: string, hundredths = 100): Share {
  return { hundredths, sockets: [`${release}/web.0.sock`, `${release}/web.1.sock`] };
}

async function servedBy(host: FakeHost) {
  if (host.dead) return { host: host.name, release: undefined, unknown: "it can't be reached" };
  return { host: host.name, release: releasesIn(await host.observe(never)).join(" and ") || undefined };
}

/** The releases that a host's table leads to. */
export function releasesIn({ routes }: Pick<HostState, "routes">): string[] {
  return [...new Set(Object.keys(routes).map(releaseOf))];
}

import type { HostState, ReleaseRecord } from "../hosts/host.ts";
import type { Environment, Project } from "../project/project.ts";
import { keeperOf, onEach, type Fleet } from "../release/fleet.ts";
import { ensureAgents } from "../release/operations/ensure-agents.ts";
import { proveServed } from "../release/operations/prove-served.ts";
import { parted, phase, planned } from "../release/planned.ts";
import type { Phase, Plan, PlannedOperation } from "../release/plan.ts";
import {
  sharesOf,
  stopTimeoutOf,
  typesOf,
  typesOnHost,
  type ServingFacts,
} from "../release/serving-facts.ts";
import { currentOperation, publishOnOneHost, startPhases } from "../release/serving-phases.ts";
import { webSockets } from "../release/socket-name.ts";
import { workerParts } from "../release/worker-operations.ts";
import { backUpBeforeRestore } from "./operations/back-up-before-restore.ts";
import { closeSite } from "./operations/close-site.ts";
import { confirmRestore } from "./operations/confirm-restore.ts";
import { finishRestore } from "./operations/finish-restore.ts";
import { openSite } from "./operations/open-site.ts";
import { migrateRestored } from "./operations/migrate-restored.ts";
import { putRestoredInPlace } from "./operations/put-in-place.ts";
import { restoreAside } from "./operations/restore-aside.ts";
import { stopWriters } from "./operations/stop-writers.ts";
import { tryRestoredRelease } from "./operations/try-restored-release.ts";

export interface RestoreFacts {
  readonly project: Project;
  readonly environment: Environment;
  readonly fleet: Fleet;
  /** The release in force, as it was placed. */
  readonly current: ReleaseRecord;
  /** The one that is to be in force with the restored data: most often the same. */
  readonly release: ReleaseRecord;
  readonly backup: string;
  /** The time by which its files are named. */
  readonly stamp: string;
  readonly migrate: boolean;
  readonly yes: boolean;
}

/**
 * The whole restore as data. All that can fail for reasons of the backup comes while the site serves; nobody reaches the restored data
 * until it is proven to be served, and until then every failure puts the database of before back. Pure.
 */
export function planRestore(facts: RestoreFacts): Plan {
  const { project, environment, fleet, release, backup } = facts;
  return {
    format: 1,
    command: "restore",
    subject: backup,
    project: project.name,
    environment: environment.name,
    release: release.id,
    previous: keeperOf(fleet).current,
    commit: release.commit,
    phases: [
      ...asidePhase(facts),
      ...confirmPhases(facts),
      ...swapPhases(facts),
      ...servePhases(facts),
      ...phase("finish", "Finish", [planned(finishRestore, "keep what was done", common(facts))], true),
    ],
  };
}

function common({ fleet, backup, stamp }: RestoreFacts) {
  return { host: keeperOf(fleet).host, backup, stamp };
}

function asidePhase(facts: RestoreFacts): Phase[] {
  const { project, environment, release, backup, fleet, migrate } = facts;
  const command = project.app.migrate;
  const ran = migrate && command !== undefined;
  return phase("restore", "Restore beside the database", [
    ...fleet.map(({ host, supervised }) =>
      supervised ? undefined : planned(ensureAgents, "supervisor and proxy", { host }),
    ),
    planned(restoreAside, `restore ${backup} and check it`, common(facts)),
    ran
      ? planned(migrateRestored, `${command.join(" ")} on it`, {
          ...common(facts),
          release: release.id,
          command,
        })
      : undefined,
    planned(tryRestoredRelease, `try ${release.id} on it`, {
      ...common(facts),
      release: release.id,
      environment: environment.name,
      migrate: ran ? "ran" : command === undefined ? "none" : "could",
    }),
  ]);
}

function confirmPhases(facts: RestoreFacts): Phase[] {
  const { environment, release, current, backup } = facts;
  const name = environment.name;
  return [
    ...phase("confirm", "Say what would be lost", [
      planned(confirmRestore, "what the data in use has more", {
        ...common(facts),
        release: release.id,
        environment: name,
        yes: facts.yes,
        again: `cozy restore ${name} ${backup}${again(facts)} --yes`,
      }),
    ]),
    ...phase("backup", "Back up what is there", [
      planned(backUpBeforeRestore, "back up the database in use", { ...common(facts), release: current.id }),
    ]),
  ];
}

function again({ migrate, release, current }: RestoreFacts): string {
  return `${migrate ? " --migrate" : ""}${release.id === current.id ? "" : ` --release ${release.id}`}`;
}

/** No host has the database open any more when it is exchanged, and none lets anybody in before that. */
function swapPhases(facts: RestoreFacts): Phase[] {
  const { fleet } = facts;
  return parted(fleet, { name: "swap", title: "Exchange the database" }, [
    {
      name: "close",
      title: "Take the traffic away",
      operations: fleet.flatMap((observed) => closeOperations(facts, observed)),
    },
    {
      name: "swap",
      title: "Exchange the database",
      operations: [planned(putRestoredInPlace, "put the restored database in place", common(facts))],
    },
  ]);
}

function closeOperations(facts: RestoreFacts, observed: HostState): PlannedOperation[] {
  const { current } = facts;
  const { host } = observed;
  const releases = [...new Set(observed.instances.map(({ id }) => id.release))];
  const running = Object.fromEntries(releases.map((id) => [id, typesOnHost(observed, id)]));
  const ours = running[current.id];
  const timeoutMs = Math.max(0, ...releases.map((id) => stopTimeoutOf(observed, id, running[id] ?? [])));
  return [
    planned(closeSite, "take the traffic away", { ...common(facts), host, back: sharesOf(observed) }),
    planned(stopWriters, "stop what has it open", {
      ...common(facts),
      host,
      running,
      back: ours === undefined ? null : { release: current.id, types: ours, check: current.ready },
      timeoutMs,
    }),
  ];
}

/** As a deploy does it where nothing runs yet. */
function servePhases(facts: RestoreFacts): Phase[] {
  const { project, environment, fleet, release, current } = facts;
  const stopped = fleet.map((observed) => ({ ...observed, instances: [], types: {}, routes: {} }));
  const serving = { environment, fleet: stopped, release };
  const staticFiles = release.id !== current.id && project.app.static !== undefined;
  const title = "Let the traffic in";
  return [
    ...startPhases(serving, staticFiles),
    ...parted(fleet, { name: "switch", title }, [
      {
        name: "switch",
        title,
        operations: [
          publishOnOneHost(serving, staticFiles),
          ...onEach(serving, (host) => openOperations(facts, host)),
        ],
      },
      ...workerParts(serving),
      {
        name: "current",
        title: "Name it current",
        operations: onEach(serving, (host) => [currentOperation(host)]),
      },
    ]),
  ];
}

function openOperations(facts: RestoreFacts, serving: ServingFacts): PlannedOperation[] {
  const { environment, observed, release } = serving;
  const { host } = observed;
  const count = typesOf(serving)["web"]?.count ?? 0;
  return [
    planned(openSite, "let the traffic in", {
      ...common(facts),
      host,
      to: [{ hundredths: 100, sockets: webSockets(release.id, count) }],
      back: [],
    }),
    planned(proveServed, "prove what is served", {
      host,
      release: release.id,
      environment: environment.name,
      check: release.ready,
    }),
  ];
}

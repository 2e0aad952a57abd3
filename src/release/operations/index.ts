import type { Operation, OperationKinds } from "../../engine/operation.ts";
import type { HostWorld, ReleaseWorld } from "../world.ts";
import { backUpBeforeRestore } from "../../recovery/operations/back-up-before-restore.ts";
import { closeSite } from "../../recovery/operations/close-site.ts";
import { confirmRestore } from "../../recovery/operations/confirm-restore.ts";
import { finishRestore } from "../../recovery/operations/finish-restore.ts";
import { migrateRestored } from "../../recovery/operations/migrate-restored.ts";
import { openSite } from "../../recovery/operations/open-site.ts";
import { putRestoredInPlace } from "../../recovery/operations/put-in-place.ts";
import { restoreAside } from "../../recovery/operations/restore-aside.ts";
import { stopWriters } from "../../recovery/operations/stop-writers.ts";
import { tryRestoredRelease } from "../../recovery/operations/try-restored-release.ts";
import { awaitReady } from "./await-ready.ts";
import { awaitSteady } from "./await-steady.ts";
import { backUp } from "./back-up.ts";
import { buildArtifact } from "./build-artifact.ts";
import { countLost } from "./count-lost.ts";
import { endWarmInstances } from "./end-warm-instances.ts";
import { endSurplusInstances } from "./end-surplus-instances.ts";
import { ensureAgents } from "./ensure-agents.ts";
import { enterRotation } from "./enter-rotation.ts";
import { leaveRotation } from "./leave-rotation.ts";
import { migrate } from "./migrate.ts";
import { pauseForPerson } from "./pause-for-person.ts";
import { placeRelease } from "./place-release.ts";
import { proveServed } from "./prove-served.ts";
import { pruneReleases } from "./prune-releases.ts";
import { publishStatic } from "./publish-static.ts";
import { rehearse } from "./rehearse.ts";
import { retireInstances } from "./retire-instances.ts";
import { runHook } from "./run-hook.ts";
import { setCurrent } from "./set-current.ts";
import { setScale } from "./set-scale.ts";
import { smoke } from "./smoke.ts";
import { startInstances } from "./start-instances.ts";
import { stopInstances } from "./stop-instances.ts";
import { stopSingletons } from "./stop-singletons.ts";
import { switchRoutes } from "./switch-routes.ts";
import { takeArtifact } from "./take-artifact.ts";
import { watchRelease } from "./watch-release.ts";

/** Those that need nothing but their host: where they are carried out on the host itself, many take one round trip. */
const hostOperations: readonly Operation<never, HostWorld>[] = [
  runHook,
  migrate,
  startInstances,
  awaitReady,
  awaitSteady,
  smoke,
  publishStatic,
  switchRoutes,
  proveServed,
  enterRotation,
  leaveRotation,
  setCurrent,
  retireInstances,
  stopInstances,
  stopSingletons,
  endWarmInstances,
  endSurplusInstances,
  setScale,
];

/** Those that need what is where cozy runs: artifacts, variables, backups, a person. */
const deployerOperations: readonly Operation<never, ReleaseWorld>[] = [
  buildArtifact,
  takeArtifact,
  placeRelease,
  ensureAgents,
  backUp,
  rehearse,
  pauseForPerson,
  watchRelease,
  pruneReleases,
  countLost,
  restoreAside,
  migrateRestored,
  tryRestoredRelease,
  confirmRestore,
  backUpBeforeRestore,
  closeSite,
  stopWriters,
  putRestoredInPlace,
  openSite,
  finishRestore,
];

/** The code of every kind of operation that can be carried out on its host. */
export const hostOperationKinds = Object.fromEntries(
  hostOperations.map((operation) => [operation.kind, operation]),
) as OperationKinds<HostWorld>;

/** The code of every kind of operation that a plan of a release can hold. */
export const releaseOperationKinds = Object.fromEntries(
  [...hostOperations, ...deployerOperations].map((operation) => [operation.kind, operation]),
) as OperationKinds<ReleaseWorld>;

import type { OnPoint } from "../engine/engine.ts";
import type { Host } from "../hosts/host.ts";
import type { DatabaseBackups } from "../recovery/backup.ts";
import type { ReleaseWorld } from "../release/world.ts";
import type { Restorer } from "../recovery/restorer.ts";

/**
 * For tests: `COZY_FAULT=before:switch-routes@this-machine` kills this process with SIGKILL at that point of that operation.
 * `before`, `after` and `recorded` are the engine's own points; `in` is right after the operation's first effect on the host, or when a host
 * that carries it out by itself tells that it has begun.
 */
export interface FaultPoints {
  readonly onPoint: OnPoint | undefined;
  worldFor(operation: string, world: ReleaseWorld): ReleaseWorld;
}

export function faultPoints(fault: string | undefined): FaultPoints {
  if (fault === undefined) return { onPoint: undefined, worldFor: (_operation, world) => world };
  const at = fault.indexOf(":");
  const [point, operation] = [fault.slice(0, at), fault.slice(at + 1)];
  return {
    onPoint: (reached, id) => {
      if (reached === point && id === operation) killOneself();
    },
    worldFor: (id, world) => (point === "in" && id === operation ? dyingWorld(world) : world),
  };
}

function dyingWorld(world: ReleaseWorld): ReleaseWorld {
  return {
    ...world,
    host: (name) => dying(world.host(name)),
    builder: dying(world.builder),
    hostArtifacts: dying(world.hostArtifacts),
    restorer: async () => dying(await world.restorer()),
    backups: async () => dyingBackups(await world.backups()),
  };
}

/** They are listed before one is made, which is no effect yet. */
function dyingBackups(backups: DatabaseBackups): DatabaseBackups {
  return {
    ...backups,
    async backUp(...args) {
      await backups.backUp(...args);
      return killOneself();
    },
  };
}

/** The same object, and the process dies as soon as one of its methods has had its effect. */
function dying<T extends Host | ReleaseWorld["builder"] | ReleaseWorld["hostArtifacts"] | Restorer>(
  target: T,
): T {
  return new Proxy(target, {
    get(object, key, receiver) {
      const value: unknown = Reflect.get(object, key, receiver);
      if (typeof value !== "function") return value;
      return async (...args: unknown[]) => {
        await Reflect.apply(value, object, args);
        killOneself();
      };
    },
  });
}

function killOneself(): never {
  process.kill(process.pid, "SIGKILL");
  for (;;); // the signal ends this process; nothing may happen in between
}

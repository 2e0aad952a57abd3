import { CozyError } from "../errors/cozy-error.ts";
import type { ReleaseRecord } from "../hosts/host.ts";
import type { Environment } from "../project/project.ts";
import { nearest } from "../shared/nearest.ts";
import { schedulesType, type Scale } from "./instance-types.ts";

/** More would not fit into a route table of a hundred links with a fair share for each. */
const most = 64;

/**
 * The counts that are in force once these words (`web=3`, `worker=config`) are heeded. Every other count stays; one that is the
 * release's own again takes its override back. Refuses what can't be.
 */
export function scaleFrom(
  words: readonly string[],
  before: Scale,
  release: Pick<ReleaseRecord, "id" | "processes">,
  environment: Environment,
): Scale {
  const counts = new Map(Object.entries(before));
  for (const word of words) {
    const { type, value } = partsOf(word);
    const process = release.processes[type];
    if (process === undefined) throw unknownType(type, release);
    if (process.singleton) throw singleton(type, environment);
    if (value === "config") counts.delete(type);
    else counts.set(type, countFrom(word, type, value, environment));
  }
  const after = Object.fromEntries(counts);
  refuseSharedMemory(after, environment);
  return after;
}

function partsOf(word: string): { readonly type: string; readonly value: string } {
  const at = word.indexOf("=");
  if (at > 0 && at < word.length - 1) return { type: word.slice(0, at), value: word.slice(at + 1) };
  throw new CozyError("wrong-usage", {
    message: `"${word}" is no count: write the process type, an equals sign and a number, or "config" for the project file's.`,
    state: "Nothing was changed.",
    next: "cozy scale --help",
  });
}

function countFrom(word: string, type: string, value: string, { name }: Environment): number {
  const count = /^\d{1,4}$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isNaN(count) || count > most) {
    throw new CozyError("wrong-usage", {
      message: `"${word}": the number of instances is a whole number up to ${most}, or "config".`,
      state: "Nothing was changed.",
      next: "cozy scale --help",
    });
  }
  if (type !== "web" || count >= 1) return count;
  throw new CozyError("not-scalable", {
    message: "web takes the traffic, so at least one instance of it runs.",
    state: "Nothing was changed.",
    next: `cozy stop ${name}, to end all of it`,
  });
}

function unknownType(type: string, { id, processes }: Pick<ReleaseRecord, "id" | "processes">): CozyError {
  const names = Object.keys(processes);
  const near = nearest(type, names);
  const hint = near.length > 0 ? `; did you mean ${near.join(" or ")}?` : ".";
  return new CozyError("unknown-process-type", {
    message: `Release ${id} has no process type "${type}"${hint}`,
    details: [
      `Its types: ${names.join(", ")}`,
      ...(type === schedulesType ? ["What watches the clock for its schedules is always one."] : []),
    ],
    state: "Nothing was changed.",
  });
}

function singleton(type: string, { name }: Environment): CozyError {
  return new CozyError("not-scalable", {
    message: `${type} is a singleton: never more than one of it runs.`,
    state: "Nothing was changed.",
    next: `Set \`singleton: false\` for it in cozy.config.ts where more of it may run, then: cozy deploy ${name}`,
  });
}

/** Each web instance would have sessions of its own, and a visitor be signed in at one of them only. */
export function refuseSharedMemory(after: Scale, { services, name }: Environment): void {
  if (services.sessions !== "memory" || (after["web"] ?? 1) === 1) return;
  throw new CozyError("not-scalable", {
    message: `${name} keeps sessions in the memory of its one web instance, which a second one would not know.`,
    state: "Nothing was changed.",
    next: `Keep sessions elsewhere (\`sessions: redis(…)\` in cozy.config.ts, or in the application's database), or: cozy scale ${name} web=1`,
  });
}

import type { Draft } from "./draft.ts";
import { type Fault, fault } from "./faults.ts";
import { serviceNames, type ServiceName } from "./project.ts";
import { draftProcesses } from "./rules-processes.ts";
import { isObject } from "./schema/walk.ts";

type DraftEnvironment = NonNullable<Draft["environments"]>[string];

/** Cache, sessions and queue: addresses that can be used, that hold no password, and that keep sessions and jobs apart from the cache. */
export function serviceFaults(draft: Draft): Fault[] {
  return Object.entries(draft.environments ?? {}).flatMap(([name, environment]) => [
    ...serviceNames.flatMap((service) => addressIsFine(name, service, urlOf(environment, service))),
    ...apartFromTheCache(name, environment),
    ...sessionsAreShared(name, environment, draft),
  ]);
}

function urlOf(environment: DraftEnvironment, service: ServiceName): unknown {
  const where: unknown = environment?.[service];
  return isObject(where) && where["kind"] === "redis" ? where["url"] : undefined;
}

function addressIsFine(name: string, service: ServiceName, url: unknown): Fault[] {
  const path = ["environments", name, service, "url"];
  if (isObject(url) && url["from"] === "generated")
    return [fault(path, "can't be `generated()`: it is the address of a server that is there")];
  if (typeof url !== "string") return [];
  const parsed = parse(url);
  // The address itself may hold a password, so no message shows it.
  if (!parsed)
    return [
      fault(
        path,
        "must be an address of Redis such as `redis://localhost:6379/0`, or one that begins with `rediss://`",
      ),
    ];
  if (parsed.password === "") return [];
  return [
    fault(
      path,
      "holds a password, which can't stand in this file; use `fromSecrets(…)`, `fromEnvironment(…)` or `dotenv(…)`",
    ),
  ];
}

function apartFromTheCache(name: string, environment: DraftEnvironment): Fault[] {
  const cache = sameAddress(urlOf(environment, "cache"));
  if (cache === undefined) return [];
  const lost = {
    sessions: "a flush of the cache would sign everybody out",
    queue: "a flush of the cache would lose jobs",
  };
  return (["sessions", "queue"] as const)
    .filter((service) => sameAddress(urlOf(environment, service)) === cache)
    .map((service) =>
      fault(
        ["environments", name, service, "url"],
        `is the address of the cache: ${lost[service]}; give it another database, such as one that ends in \`/1\``,
      ),
    );
}

/** One text for one place: `redis://localhost` is `redis://localhost:6379/0`. */
function sameAddress(url: unknown): string | undefined {
  if (isObject(url))
    return url["name"] === undefined ? undefined : JSON.stringify([url["from"], url["file"], url["name"]]);
  if (typeof url !== "string") return undefined;
  const parsed = parse(url);
  return (
    parsed &&
    `${parsed.protocol}//${parsed.hostname}:${parsed.port || "6379"}/${parsed.pathname.replace(/^\/+/, "") || "0"}`
  );
}

function parse(url: string): URL | undefined {
  return /^rediss?:\/\/[^/]/.test(url) && URL.canParse(url) ? new URL(url) : undefined;
}

function sessionsAreShared(name: string, environment: DraftEnvironment, draft: Draft): Fault[] {
  const where: unknown = environment?.sessions;
  if (!isObject(where) || where["kind"] !== "memory") return [];
  const web = draftProcesses(draft).find(({ type }) => type === "web");
  const count = environment?.processes?.["web"]?.count ?? web?.options["count"] ?? 1;
  const workers =
    draft.app?.kind === "django" && web?.command === undefined ? (web?.options["workers"] ?? 3) : 1;
  const many =
    typeof count === "number" && count > 1
      ? `\`web\` has ${String(count)} instances`
      : typeof workers === "number" && workers > 1
        ? `an instance of \`web\` has ${String(workers)} worker processes`
        : undefined;
  if (many === undefined) return [];
  return [
    fault(
      ["environments", name, "sessions"],
      `is \`memory()\`, but ${many}, each with a memory of its own: people would be signed out at random; use \`redis({ … })\`, or leave it out`,
    ),
  ];
}

import { nearest } from "../shared/nearest.ts";
import { staticOf, type Draft } from "./draft.ts";
import { type Fault, fault, pathText } from "./faults.ts";
import { backupFaults } from "./rules-backups.ts";
import { databaseFaults } from "./rules-databases.ts";
import { folderFaults } from "./rules-folders.ts";
import { processFaults } from "./rules-processes.ts";
import { promiseFaults } from "./rules-promises.ts";
import { scheduleFaults, type CronFault } from "./rules-schedules.ts";
import { serverFaults } from "./rules-servers.ts";
import { serviceFaults } from "./rules-services.ts";
import { severalHostsFaults } from "./rules-several-hosts.ts";
import { siteFaults } from "./rules-site.ts";
import { strategyFaults } from "./rules-strategy.ts";
import { variableFaults } from "./rules-variables.ts";

/** What no single field can tell. Each rule looks at what the schema has let pass, so any part of it may be missing. */
export function ruleFaults(draft: Draft, cronFault: CronFault, root: string): Fault[] {
  return [
    ...webIsThere(draft),
    ...thereIsAnEnvironment(draft),
    ...portsAreDistinct(draft),
    ...overridesAreOfKnownTypes(draft),
    ...staticAndMediaAreApart(draft),
    ...folderFaults(draft),
    ...processFaults(draft),
    ...serverFaults(draft),
    ...siteFaults(draft),
    ...severalHostsFaults(draft),
    ...databaseFaults(draft),
    ...serviceFaults(draft),
    ...scheduleFaults(draft, cronFault),
    ...strategyFaults(draft),
    ...promiseFaults(draft),
    ...backupFaults(draft, root),
    ...variableFaults(draft),
  ];
}

function webIsThere(draft: Draft): Fault[] {
  const path = ["app", "processes", "web"];
  const { processes } = draft.app ?? {};
  if (processes === undefined) return [];
  const web: unknown = processes["web"];
  // Django's own has a command that cozy knows.
  if (web === undefined && draft.app?.kind !== "django") {
    const near = nearest("web", Object.keys(processes));
    const hint = near.length > 0 ? `; did you mean \`${near[0]}\` to be it?` : "";
    return [fault(path, `is missing: the process type that takes traffic is called \`web\`${hint}`)];
  }
  const message = "must be at least 1: `web` takes the traffic";
  const overrides = Object.entries(draft.environments ?? {}).map(
    ([name, environment]) =>
      [["environments", name, "processes", "web"], environment?.processes?.["web"]] as const,
  );
  return [[path, web] as const, ...overrides]
    .filter(
      ([, process]) =>
        typeof process === "object" && process !== null && "count" in process && process.count === 0,
    )
    .map(([at]) => fault([...at, "count"], message));
}

function thereIsAnEnvironment(draft: Draft): Fault[] {
  if (draft.environments === undefined || Object.keys(draft.environments).length > 0) return [];
  return [fault(["environments"], "is empty: a project has at least one environment, such as `local`")];
}

function portsAreDistinct(draft: Draft): Fault[] {
  const taken = new Map<number, string>();
  const faults: Fault[] = [];
  for (const [name, environment] of Object.entries(draft.environments ?? {})) {
    const target = environment?.target;
    if (target?.kind !== "this-machine" || target.port === undefined) continue;
    const { port } = target;
    const other = taken.get(port);
    if (other === undefined) taken.set(port, name);
    else
      faults.push(
        fault(
          ["environments", name, "target", "port"],
          `is ${port}, which \`${other}\` has already; environments on one machine need ports of their own`,
        ),
      );
  }
  return faults;
}

function overridesAreOfKnownTypes(draft: Draft): Fault[] {
  const written = Object.keys(draft.app?.processes ?? {});
  const types = draft.app?.kind === "django" && !written.includes("web") ? ["web", ...written] : written;
  if (types.length === 0) return [];
  return Object.entries(draft.environments ?? {}).flatMap(([name, environment]) =>
    Object.keys(environment?.processes ?? {})
      .filter((type) => !types.includes(type))
      .map((type) => {
        const near = nearest(type, types);
        const hint =
          near.length > 0
            ? `did you mean \`${near[0]}\`?`
            : `there are ${types.map((one) => `\`${one}\``).join(", ")}`;
        return fault(
          ["environments", name, "processes", type],
          `is no process type of the application; ${hint}`,
          "key",
        );
      }),
  );
}

function staticAndMediaAreApart(draft: Draft): Fault[] {
  const files = staticOf(draft);
  const url = files && (files.url ?? "/static/");
  if (url === undefined) return [];
  return Object.entries(draft.environments ?? {}).flatMap(([name, environment]) => {
    const media = environment?.media && (environment.media.url ?? "/media/");
    if (media === undefined || !(media.startsWith(url) || url.startsWith(media))) return [];
    const path = ["environments", name, "media", "url"];
    return [
      fault(path, `is "${media}", which overlaps with "${url}" of ${pathText(["app", "static", "url"])}`),
    ];
  });
}

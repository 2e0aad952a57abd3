import { CozyError } from "../errors/cozy-error.ts";
import type { HostState } from "../hosts/host.ts";
import { templateUnit } from "../hosts/server-layout.ts";
import { onceDropIn, sealedDropIn } from "../instances/systemd/unit-names.ts";
import type { Environment, Project } from "../project/project.ts";
import { listed } from "../shared/words.ts";
import type { SetupParts } from "./parse-record.ts";
import { wantedSetUp } from "./setup-record.ts";
import { layoutOf } from "./setup-request.ts";

/**
 * Which hosts were set up for something else than the project file asks for now, and what differs. What a release needs and does not find
 * fails it; limits of its processes are those that were set up. Pure.
 */
export function setUpWarnings(
  project: Project,
  environment: Environment,
  fleet: readonly Pick<HostState, "host" | "setUpFor">[],
): readonly string[] {
  const { target } = environment;
  if (target.kind !== "servers") return [];
  const wanted = wantedSetUp({ project, environment, target });
  const { id } = layoutOf({ project, environment });
  const byText = new Map<string, string[]>();
  for (const { host, setUpFor } of fleet) {
    if (setUpFor?.hash === wanted.hash) continue;
    const text = whatIs(setUpFor, wanted.parts, id);
    byText.set(text, [...(byText.get(text) ?? []), host]);
  }
  return [...byText].map(
    ([text, hosts]) =>
      `${listed(hosts)} ${hosts.length === 1 ? "is" : "are"} not set up as the project file and this cozy say${text}. What would change: cozy plan ${environment.name} --setup. To change it: cozy setup ${environment.name}`,
  );
}

/** Refuses a deploy of process types that a host has no unit for: root alone lays it, and half-way the deploy would have to be taken back. */
export function refuseMissingUnits(
  environment: Pick<Environment, "name" | "processes">,
  fleet: readonly Pick<HostState, "host" | "setUpFor">[],
): void {
  const types = Object.keys(environment.processes);
  const lacking = fleet.flatMap(({ host, setUpFor }) => {
    const { parts } = setUpFor ?? {};
    const missing = parts === undefined ? [] : types.filter((type) => !Object.hasOwn(parts.processes, type));
    return missing.length === 0 ? [] : [{ host, missing }];
  });
  if (lacking.length === 0) return;
  const missing = [...new Set(lacking.flatMap((one) => one.missing))];
  throw new CozyError("setup-lacks-process", {
    message: `${listed(lacking.map(({ host }) => host))} can't start ${listed(missing)}: the project file declares ${missing.length === 1 ? "it" : "them"}, and systemd has no unit for ${missing.length === 1 ? "it" : "them"} there.`,
    state: "Nothing was changed.",
    next: `cozy setup ${environment.name}`,
  });
}

function whatIs(setUpFor: HostState["setUpFor"], wanted: SetupParts, id: string): string {
  if (setUpFor === undefined) return ": no set-up for this environment came to its end there";
  if (setUpFor.parts === undefined) return "";
  return `: ${differences(setUpFor.parts, wanted, id).join("; ")}`;
}

/** How many files and the like are named. */
const mostItems = 5;

function differences(there: SetupParts, wanted: SetupParts, id: string): readonly string[] {
  const types = [...new Set([...Object.keys(wanted.processes), ...Object.keys(there.processes)])];
  const told = types.map((type) => ({
    type,
    texts: ofProcess(type, there.processes[type], wanted.processes[type]),
  }));
  // Their own files differ by that, and those of commands by what `web` is held to.
  const explained = new Set(
    told.flatMap(({ type, texts }) =>
      texts.length === 0
        ? []
        : [
            `/etc/systemd/system/${templateUnit(id, type)}`,
            ...(type === "web" ? [onceDropIn(id), sealedDropIn(id)] : []),
          ],
    ),
  );
  const titles = [...new Set([...Object.keys(wanted.items), ...Object.keys(there.items)])].filter(
    (title) => there.items[title] !== wanted.items[title] && !explained.has(title),
  );
  const more = titles.length - mostItems;
  return [
    ...told.flatMap(({ texts }) => texts),
    ...titles.slice(0, mostItems),
    ...(more > 0 ? [`${more} more`] : []),
  ];
}

type Words = Readonly<Record<string, string>>;

function ofProcess(type: string, there: Words | undefined, wanted: Words | undefined): readonly string[] {
  if (wanted === undefined) return [`the process type ${type} is not declared any more`];
  if (there === undefined) return [`the process type ${type} has no unit there, so it can't be started`];
  return Object.entries(wanted).flatMap(([name, value]) =>
    there[name] === value
      ? []
      : [`${name} of ${type} is ${there[name] ?? "not noted"} there and ${value} in the file`],
  );
}

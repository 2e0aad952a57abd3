import type { Environment, Limits, ProcessType, Project, SmokeCheck } from "../project/project.ts";
import { durationText } from "../shared/duration.ts";
import type { Described } from "./difference.ts";
import { describeTarget } from "./describe-target.ts";
import { describeTimes } from "./describe-times.ts";
import { describeVerdicts } from "./describe-verdicts.ts";
import { describeVariables } from "./describe-variables.ts";

/** An environment as the project file declares it, in words that can be compared. Holds no secret. Pure. */
export function describeEnvironment({ app }: Project, environment: Environment): Described {
  const { database, media, drain, keep, services } = environment;
  return {
    ...describeTarget(environment),
    database: database && `${database.kind} in ${database.variable}`,
    ...(database?.kind === "postgres" && {
      "database connections": database.connections?.toString(),
      "database pool": database.pool?.toString(),
    }),
    media: media && `${media.kind} in ${media.variable}, at ${media.url}`,
    ...prefixed("", services),
    ...describeProcesses(environment.processes),
    ...prefixed(
      "schedule ",
      mapped(environment.schedules, ({ when, run, timeoutMs, catchUp }) =>
        [
          `${describeTimes(when)}: ${run.join(" ")}`,
          `for at most ${durationText(timeoutMs)}`,
          ...(catchUp ? ["made up for"] : []),
        ].join(", "),
      ),
    ),
    ...describeVariables(app.variables, environment.variables),
    ...describeSmoke(environment.smoke),
    ...describeVerdicts(environment),
    "drain requests": durationText(drain.requestsMs),
    "drain streams": durationText(drain.streamsMs),
    "keep releases": String(keep.releases),
    "keep warm": durationText(keep.warmMs),
  };
}

function describeProcesses(processes: Readonly<Record<string, ProcessType>>): Described {
  return Object.fromEntries(
    Object.entries(processes).flatMap(([type, process]) => [
      [`${type} command`, process.command.join(" ")],
      [`${type} count`, String(process.count)],
      [`${type} memory`, memoryText(process.limits)],
      [`${type} open files`, process.limits.openFiles?.toString()],
    ]),
  );
}

function memoryText({ memoryBytes }: Limits): string | undefined {
  return memoryBytes === undefined ? undefined : `${Math.round(memoryBytes / 1e5) / 10} MB`;
}

/** By what is asked; checks that ask the same and differ otherwise are numbered, each with all that it wants. */
function describeSmoke(checks: readonly SmokeCheck[]): Described {
  const described: Record<string, string> = {};
  for (const check of checks) {
    const name =
      check.kind === "request" ? `${check.method ?? "GET"} ${check.path}` : check.command.join(" ");
    let key = `smoke ${name}`;
    for (let number = 2; key in described; number += 1) key = `smoke ${name} (${number})`;
    described[key] = smokeText(check);
  }
  return described;
}

/** A field of a form is told by its name: its value may be a password after all. */
function smokeText(check: SmokeCheck): string {
  const within = `within ${durationText(check.withinMs)}`;
  if (check.kind === "command") return within;
  const { status, text, headers, form, json } = check;
  return [
    `status ${status}`,
    ...(text === undefined ? [] : [`text "${text}"`]),
    ...Object.entries(headers ?? {}).map(([name, value]) => (isOpen(name) ? `${name}: ${value}` : name)),
    ...(form === undefined ? [] : [`fields ${Object.keys(form.fields).join(", ")} of ${form.page}`]),
    ...(json === undefined ? [] : [`json ${JSON.stringify(json)}`]),
    within,
  ].join(", ");
}

function isOpen(header: string): boolean {
  return header !== "authorization" && header !== "cookie";
}

function prefixed(prefix: string, record: Described): Described {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [`${prefix}${name}`, value]));
}

function mapped<Value>(
  record: Readonly<Record<string, Value>>,
  map: (value: Value) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}

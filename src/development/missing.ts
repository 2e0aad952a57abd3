import { CozyError } from "../errors/cozy-error.ts";
import type { App } from "../project/project.ts";
import type { Facts } from "./facts.ts";
import { typed } from "./platform.ts";
import type { PortFact } from "./who-listens.ts";
import type { Workplace } from "./workplace.ts";

/** Something that is missing, and the command (or the edit) that makes it good. */
export interface Missing {
  readonly what: string;
  readonly fix: string;
}

const setup = "cozy dev --setup";

/** Everything that stands in the way of a start; pure. */
export function missingFrom(
  facts: Facts,
  place: Pick<Workplace, "app" | "dotenv" | "port" | "platform">,
): Missing[] {
  const { app } = place;
  return [
    ...runtime(facts, app),
    ...dependencies(facts),
    ...dotenv(place),
    ...variables(facts, app),
    ...scripts(facts, app),
    ...port(facts.port, place.port),
  ];
}

/** All of it as one error, told before anything was started. */
export function incomplete(missing: readonly Missing[]): CozyError {
  const fixes = new Set(missing.map(({ fix }) => fix));
  const bySetup = [...fixes].some((fix) => fix.startsWith(setup));
  const [first = ""] = fixes;
  return new CozyError("development-incomplete", {
    message: missing.length === 1 ? "One thing is missing." : `${missing.length} things are missing.`,
    details: missing.flatMap(({ what, fix }) => [what, `  → ${fix}`]),
    state: "Nothing was started.",
    next: bySetup ? setup : first,
  });
}

function runtime({ runtime: { version, fits, install } }: Facts, app: App): Missing[] {
  if (fits) return [];
  const { engine, version: asked, source } = app.runtime;
  const name = engine === "node" ? "Node" : "Python";
  const wanted = `${name} ${asked} (${source})`;
  if (version === undefined) return [{ what: `${wanted} is not on the PATH`, fix: install }];
  const fix = engine === "python" ? `${install}, then ${setup}` : install;
  return [{ what: `${wanted} is asked for, and ${version} is what would run`, fix }];
}

function dependencies({ dependencies: fact }: Facts): Missing[] {
  if (fact.state === "fine") return [];
  if (fact.state === "not-locked")
    return [{ what: `the dependencies are not installed, and ${fact.what}`, fix: fact.next }];
  const state = fact.state === "missing" ? "are not installed" : "are not up to date";
  return [{ what: `the dependencies ${state}: ${fact.what}`, fix: setup }];
}

function dotenv({ dotenv: state, platform }: Pick<Workplace, "dotenv" | "platform">): Missing[] {
  if (state !== "example-only") return [];
  const copy = platform === "win32" ? "copy .env.example .env" : "cp .env.example .env";
  return [{ what: ".env is not there, though .env.example is", fix: `${setup}, or: ${copy}` }];
}

function variables({ withoutValue }: Facts, app: App): Missing[] {
  return withoutValue.map((name) => {
    const isSecret = app.variables[name]?.secret === true;
    return {
      what: `${name} has no value, and ${app.stack === "node" ? "the application" : "Django"} needs it`,
      fix: isSecret
        ? `${setup} (draws one into .env), or write ${name}=… to .env`
        : `write ${name}=… to .env`,
    };
  });
}

function scripts({ absent }: Facts, app: App): Missing[] {
  return absent.map(({ type, file }) => ({
    what: `${file}, which ${type} runs, is not there`,
    fix:
      app.build.command === undefined
        ? `correct processes.${type} in cozy.config.ts`
        : `${typed(app.build.command)} builds it; or give processes.${type} a \`dev\` command`,
  }));
}

function port(fact: PortFact, wanted: number): Missing[] {
  if (fact.state === "free") return [];
  if (fact.state === "refused") {
    return [{ what: `port ${wanted} can't be listened on (${fact.code})`, fix: "cozy dev --port 3000" }];
  }
  const by =
    fact.listener === undefined ? "another program" : `${fact.listener.name}, process ${fact.listener.pid},`;
  const next = fact.next === undefined ? "cozy dev --port <another>" : `cozy dev --port ${fact.next}`;
  return [{ what: `port ${wanted} is in use: ${by} listens there`, fix: next }];
}

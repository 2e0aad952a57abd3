import type {
  Build as BuildInput,
  Declaration,
  NodeApp,
  ProcessType as ProcessInput,
  ProjectFile,
  Ready as ReadyInput,
} from "./input.ts";
import { normaliseEnvironment } from "./normalise-environment.ts";
import {
  folderPath,
  mapValues,
  normaliseDrain,
  normaliseLimits,
  normaliseSmoke,
  normaliseValue,
  words,
} from "./normalise-parts.ts";
import {
  type App,
  type Build,
  type DeclaredVariable,
  type ProcessType,
  type Project,
  type ReadyCheck,
  type RuntimeRequest,
  hookNames,
} from "./project.ts";
import { durationMs } from "./units.ts";

/** Fills in what the file leaves out. The file has passed the schema and the rules: nothing is checked here. */
export function normaliseProject(
  file: ProjectFile,
  place: { readonly root: string; readonly configPath: string; readonly runtime: RuntimeRequest },
): Project {
  const app = normaliseApp(file.app, place.runtime);
  return {
    name: file.name,
    root: place.root,
    configPath: place.configPath,
    app,
    environments: mapValues(file.environments, (environment, name) =>
      normaliseEnvironment(name, environment, app),
    ),
  };
}

function normaliseApp(app: NodeApp, runtime: RuntimeRequest): App {
  return {
    stack: "node",
    folder: folderPath(app.folder ?? "."),
    runtime,
    build: normaliseBuild(app.build ?? {}),
    processes: mapValues(app.processes, normaliseProcess),
    migrate: app.migrate === undefined ? undefined : words(app.migrate),
    static: app.static && { folder: folderPath(app.static.folder), url: app.static.url ?? "/static/" },
    variables: mapValues(app.variables ?? {}, normaliseDeclaration),
    persist: (app.persist ?? []).map(folderPath),
    ready: normaliseReady(app.ready ?? {}),
    smoke: (app.smoke ?? []).map(normaliseSmoke),
    hooks: Object.fromEntries(
      hookNames.flatMap((hook) => {
        const command = app.hooks?.[hook];
        return command === undefined ? [] : [[hook, words(command)]];
      }),
    ),
    drain: normaliseDrain(app.drain ?? {}, { requestsMs: 30_000, streamsMs: 300_000 }),
  };
}

function normaliseBuild(build: BuildInput): Build {
  return {
    command: build.command === undefined ? undefined : words(build.command),
    variables: { ...build.variables },
    secrets: mapValues(build.secrets ?? {}, (source, name) => normaliseValue(source, name)),
    timeoutMs: durationMs(build.timeout ?? "15m"),
  };
}

function normaliseProcess(input: ProcessInput): ProcessType {
  const options = typeof input === "string" || isList(input) ? { command: input } : input;
  return {
    command: words(options.command),
    count: options.count ?? 1,
    stopSignal: options.stopSignal ?? "SIGTERM",
    stopTimeoutMs: durationMs(options.stopTimeout ?? "30s"),
    limits: normaliseLimits(options.limits ?? {}, { memoryBytes: undefined, openFiles: undefined }),
  };
}

function normaliseDeclaration(declaration: Declaration): DeclaredVariable {
  if (typeof declaration === "string") return { required: false, secret: false, default: declaration };
  return {
    required: declaration.required ?? declaration.default === undefined,
    secret: declaration.secret ?? false,
    default: declaration.default,
  };
}

function normaliseReady(ready: ReadyInput): ReadyCheck {
  return {
    path: ready.path ?? "/",
    status: ready.status ?? 200,
    timeoutMs: durationMs(ready.timeout ?? "60s"),
  };
}

/** `Array.isArray` does not tell a readonly list from the rest of a union. */
function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value);
}

import type {
  App as AppInput,
  Build as BuildInput,
  Declaration,
  NodeApp,
  ProjectFile,
  Ready as ReadyInput,
} from "./input.ts";
import { normaliseDjango } from "./normalise-django.ts";
import { normaliseEnvironment } from "./normalise-environment.ts";
import {
  folderPath,
  mapValues,
  normaliseDrain,
  normaliseHeaders,
  normaliseSmoke,
  normaliseValue,
  words,
} from "./normalise-parts.ts";
import { asOptions, normaliseProcess } from "./normalise-process.ts";
import type { Folders } from "./normalise-servers.ts";
import { normaliseSchedule } from "./normalise-schedules.ts";
import {
  type App,
  type Build,
  type DeclaredVariable,
  type Dev,
  type Project,
  type ReadyCheck,
  type RuntimeRequest,
  hookNames,
} from "./project.ts";
import { durationMs } from "./units.ts";

/** Fills in what the file leaves out. The file has passed the schema and the rules: nothing is checked here. */
export function normaliseProject(
  file: ProjectFile,
  place: Folders & { readonly configPath: string; readonly runtime: RuntimeRequest },
): Project {
  const app = normaliseApp(file.app, place.runtime);
  return {
    name: file.name,
    root: place.root,
    configPath: place.configPath,
    app,
    environments: mapValues(file.environments, (environment, name) =>
      normaliseEnvironment(name, environment, app, place),
    ),
  };
}

function normaliseApp(app: AppInput, runtime: RuntimeRequest): App {
  return app.kind === "node" ? normaliseNode(app, runtime) : normaliseDjango(app, runtime);
}

function normaliseNode(app: NodeApp, runtime: RuntimeRequest): App {
  return {
    ...normaliseShared(app, runtime, { port: 3000, console: ["node"] }),
    stack: "node",
    django: undefined,
    processes: mapValues(app.processes, (process, type) => normaliseProcess(asOptions(process), type)),
    migrate: app.migrate === undefined ? undefined : words(app.migrate),
    static: app.static && { folder: folderPath(app.static.folder), url: app.static.url ?? "/static/" },
  };
}

/** What every stack has in common. */
export function normaliseShared(
  app: AppInput,
  runtime: RuntimeRequest,
  otherwise: { readonly port: number; readonly console: readonly string[] },
) {
  return {
    folder: folderPath(app.folder ?? "."),
    runtime,
    build: normaliseBuild(app.build ?? {}),
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
    schedules: mapValues(app.schedules ?? {}, normaliseSchedule),
    seed: app.seed === undefined ? undefined : words(app.seed),
    migrateBack: app.migrateBack === undefined ? undefined : words(app.migrateBack),
    contract: app.contract ?? [],
    console: app.console === undefined ? otherwise.console : words(app.console),
    dev: {
      port: app.dev?.port ?? otherwise.port,
      variables: { ...app.dev?.variables },
      processes: devProcesses(app.processes ?? {}),
    },
  };
}

function devProcesses(processes: NonNullable<AppInput["processes"]>): Dev["processes"] {
  return Object.fromEntries(
    Object.entries(processes).flatMap(([type, process]) => {
      const own = asOptions(process).dev;
      return own === undefined ? [] : [[type, own === false ? own : words(own)]];
    }),
  );
}

function normaliseBuild(build: BuildInput): Build {
  return {
    command: build.command === undefined ? undefined : words(build.command),
    variables: { ...build.variables },
    secrets: mapValues(build.secrets ?? {}, (source, name) => normaliseValue(source, name)),
    timeoutMs: durationMs(build.timeout ?? "15m"),
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
    ...(ready.headers === undefined ? {} : { headers: normaliseHeaders(ready.headers) }),
    timeoutMs: durationMs(ready.timeout ?? "60s"),
  };
}

import * as z from "zod/mini";
import type { HookName } from "../project.ts";
import { drain, ready, smoke } from "./checks.ts";
import { documented, notYet, object, optional, required } from "./doc.ts";
import {
  command,
  count,
  duration,
  flag,
  folder,
  name,
  positive,
  secretSource,
  size,
  text,
  urlFolder,
  variables,
} from "./values.ts";

export const limits = object("Limits", "What one instance may use.", {
  memory: optional(size, "Resident memory; an instance above it is restarted.", "no limit"),
  openFiles: optional(positive, "Open files, sockets included.", "the machine's own limit"),
});

const stopSignals = ["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2"] as const;

const processType = object("ProcessOptions", "A kind of process that a release has.", {
  command: required(command, "What starts an instance."),
  count: optional(
    count,
    "Instances a host. A Node process uses one core, so a host with four of them carries four.",
    "`1`",
  ),
  stopSignal: optional(
    documented(z.enum(stopSignals), {
      expects: `one of ${stopSignals.map((signal) => `"${signal}"`).join(", ")}`,
    }),
    "The signal that asks an instance to end.",
    "`SIGTERM`",
  ),
  stopTimeout: optional(duration, "How long it may take to end before it is killed.", "`30s`"),
  limits: optional(limits, "What one instance may use."),
});

const processes = documented(
  z.record(
    name,
    documented(z.union([command, processType]), {
      name: "ProcessType",
      about: "A kind of process that a release has; a command alone stands for `{ command: … }`.",
      expects: "a command or `{ command: … }`",
    }),
  ),
  {
    expects: "an object of process types by name",
    type: "{ readonly web: ProcessType; readonly [type: string]: ProcessType }",
  },
);

const build = object("Build", "How the source becomes an artifact, once for all environments.", {
  command: optional(
    command,
    "What builds it, after the dependencies are installed by the lock file.",
    "none",
  ),
  variables: optional(
    variables(text),
    "Variables of the build. They are the same for all environments, because one artifact goes through them all.",
  ),
  secrets: optional(
    variables(secretSource),
    "Secrets of the build, such as a registry token; they do not reach the release.",
  ),
  timeout: optional(duration, "How long the build may take.", "`15m`"),
});

const staticFiles = object("StaticFiles", "Files that the proxy serves without asking the application.", {
  folder: required(folder, "Where the build leaves them, relative to the application."),
  url: optional(urlFolder, "The path that they are served at, with a slash at both ends.", "`/static/`"),
});

const declaredVariable = object("DeclaredVariable", "A variable that the application reads.", {
  required: optional(
    flag,
    "Whether the application can't do without it.",
    "`true`, unless there is a default",
  ),
  secret: optional(
    flag,
    "Whether its value is kept out of everything that is printed or recorded.",
    "`false`",
  ),
  default: optional(text, "What it is where an environment does not give it."),
});

const hooks = object("Hooks", "Commands of the release at fixed points of a deploy.", {
  afterBuild: optional(command, "In the built artifact, before it is stored. Can stop a deploy."),
  beforeMigrate: optional(command, "Before the migrations. Can stop a deploy."),
  beforeSwitch: optional(
    command,
    "When the new instances are ready and none has traffic. Can stop a deploy.",
  ),
  afterDeploy: optional(command, "When the new release serves. Can't stop anything any more."),
  afterRollback: optional(command, "When the earlier release serves again. Can't stop anything."),
  onFailure: optional(command, "When a deploy has failed and was taken back. Can't stop anything."),
} satisfies Record<HookName, unknown>);

export const nodeApp = object(
  "NodeApp",
  "A Node application.",
  {
    kind: z.literal("node"),
    folder: optional(folder, "The folder of the application, relative to `cozy.config.ts`.", "`.`"),
    runtime: optional(
      documented(z.string().check(z.regex(/^[\d.\sx*<>=^~|-]*\d[\d.\sx*<>=^~|-]*$/)), {
        expects: 'a version of Node or a range of versions, such as "24" or ">=22.15"',
      }),
      'The version of Node: `"24"`, `"24.21.0"`, `">=22.15"`.',
      "read from `.node-version`, `.nvmrc` or `engines.node` of `package.json`",
    ),
    build: optional(build, "How the source becomes an artifact."),
    processes: required(
      processes,
      "The process types of a release. `web` must be there, and only `web` takes traffic.",
    ),
    migrate: optional(
      command,
      "What migrates the database; run once, before the new release takes traffic.",
      "none",
    ),
    static: optional(staticFiles, "Files that the proxy serves without asking the application.", "none"),
    variables: optional(
      variables(
        documented(z.union([text, declaredVariable]), {
          name: "Declaration",
          about:
            "A variable that the application reads: a string is its default, anything else is `required()`, `optional()` or `secret()`.",
          expects: "a string (its default), `required()`, `optional()` or `secret()`",
        }),
      ),
      "The variables that the application reads. Where they are declared, a missing or an unknown one is found before a deploy starts.",
      "not checked",
    ),
    persist: optional(
      documented(z.array(folder), { expects: "a list of folders" }),
      "Folders, relative to the application, that outlive releases: each release finds them as the last one left them.",
      "none",
    ),
    ready: optional(ready, "The question that tells when an instance can take traffic."),
    smoke: optional(smoke, "Checks of a new release before it takes traffic.", "none"),
    hooks: optional(hooks, "Commands of the release at fixed points of a deploy."),
    drain: optional(drain, "How long what is in flight on the old instances may take to end."),
    schedules: notYet("Commands of the release that run at declared times."),
  },
  "`node({ … })`",
);

import * as z from "zod/mini";
import type { HookName } from "../project.ts";
import { drain, ready, smoke } from "./checks.ts";
import { documented, object, optional, required } from "./doc.ts";
import { schedules } from "./schedules.ts";
import {
  command,
  count,
  duration,
  flag,
  folder,
  name,
  port,
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

const output = object("ReadyOutput", "How a process that answers no requests tells that it is at work.", {
  output: required(text, "A text that it logs once it is at work."),
  timeout: optional(duration, "How long it may take from its start to that line.", "`30s`"),
});

/** Fields of every process type but its command. A new set each time, so that each place has its own documentation. */
function processFields() {
  return {
    dev: optional(
      documented(z.union([command, z.literal(false)]), { expects: "a command or `false`" }),
      "What `cozy dev` starts instead, such as a framework's own server that reloads; `false` leaves it out there.",
      "the command itself, started anew at each change",
    ),
    count: optional(
      count,
      "Instances a host. A Node process uses one core, so a host with four of them carries four.",
      "`1`",
    ),
    listen: optional(
      documented(z.enum(["socket", "port"]), { expects: '`"socket"` or `"port"`' }),
      'What a web instance can listen on: a unix socket, whose path is in `PORT`, or only a TCP port. With `"port"` each instance gets a free port of its own in `PORT`, and cozy stands its socket before it. In the command, `{socket}` or `{port}` stands for it.',
      '`"socket"`',
    ),
    ready: optional(
      output,
      "For a process type that answers no requests: what it logs once it is at work.",
      "it stays up for a moment",
    ),
    singleton: optional(
      flag,
      "Whether there is never more than one of it: the old one has ended before the new one starts.",
      "`true` for `scheduler`, else `false`",
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
  };
}

const processType = object("ProcessOptions", "A kind of process that a release has.", {
  command: required(command, "What starts an instance."),
  ...processFields(),
});

const oneProcess = documented(z.union([command, processType]), {
  name: "ProcessType",
  about: "A kind of process that a release has; a command alone stands for `{ command: … }`.",
  expects: "a command or `{ command: … }`",
});

const processes = documented(z.record(name, oneProcess), {
  expects: "an object of process types by name",
  type: "{ readonly web: ProcessType; readonly [type: string]: ProcessType }",
});

const djangoWeb = object("DjangoWeb", "How Django answers requests.", {
  command: optional(
    command,
    "What starts an instance, where it is not one of the servers below. `{wsgi}` and `{asgi}` stand for the application that the settings name.",
    "by `server`",
  ),
  server: optional(
    documented(z.enum(["gunicorn", "uvicorn"]), { expects: '`"gunicorn"` or `"uvicorn"`' }),
    "The server that runs it, from the application's own requirements: gunicorn for WSGI, uvicorn for ASGI.",
    '`"gunicorn"`',
  ),
  workers: optional(positive, "Worker processes of one instance.", "`3`"),
  ...processFields(),
});

const djangoProcesses = documented(
  z.record(
    name,
    documented(z.union([command, djangoWeb]), {
      name: "DjangoProcess",
      about:
        "A kind of process that a release has. `web` needs no command; any other is a command or `{ command: … }`.",
      expects: "a command or `{ command: … }`",
    }),
  ),
  { expects: "an object of process types by name" },
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

const dev = object("Dev", "How `cozy dev` runs the application on a developer's machine.", {
  port: optional(port, "The port that the web process listens on.", "`3000`; for Django `8000`"),
  variables: optional(
    variables(text),
    "Variables that only `cozy dev` sets; `.env` counts before them.",
    "none",
  ),
});

/** What every stack has, whatever its language. A new set each time, so that each place has its own documentation. */
function appFields() {
  return {
    folder: optional(folder, "The folder of the application, relative to `cozy.config.ts`.", "`.`"),
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
    schedules: optional(schedules, "Commands of the release that run at declared times.", "none"),
    migrateBack: optional(
      command,
      "What takes this release's migrations back, where that was prepared; it is rehearsed with them.",
      "none",
    ),
    contract: optional(
      documented(
        z.array(
          documented(z.string().check(z.regex(/^\w+(?:\.\w+)?$/)), {
            expects: 'a table or a column: "venues", "venues.city"',
          }),
        ),
        {
          expects: "a list of tables and columns",
        },
      ),
      'Tables and columns that this release does not use any more, such as `"venues.city"`. Only a later release may drop them.',
      "none",
    ),
    seed: optional(
      command,
      "What fills a new database with data to develop with; run by `cozy dev --setup`, and safe to run twice.",
      "none",
    ),
    console: optional(command, "What `cozy console` opens.", "`node`; for Django `python manage.py shell`"),
    dev: optional(dev, "How `cozy dev` runs the application on a developer's machine."),
  };
}

export const nodeApp = object(
  "NodeApp",
  "A Node application.",
  {
    kind: z.literal("node"),
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
    ...appFields(),
  },
  "`node({ … })`",
);

const djangoStatic = object("DjangoStatic", "Static files, collected by Django into its `STATIC_ROOT`.", {
  url: optional(urlFolder, "The path that they are served at: `STATIC_URL` of the settings.", "`/static/`"),
});

export const djangoApp = object(
  "DjangoApp",
  "A Django application. Where its settings, its WSGI application and its static files are is asked of Django itself.",
  {
    kind: z.literal("django"),
    runtime: optional(
      documented(z.string().check(z.regex(/^[\d.\s,x*<>=!~^|-]*\d[\d.\s,x*<>=!~^|-]*$/)), {
        expects: 'a version of Python or a range of versions, such as "3.12" or ">=3.11"',
      }),
      'The version of Python: `"3.12"`, `">=3.11,<3.14"`.',
      "read from `.python-version` or `requires-python` of `pyproject.toml`",
    ),
    settings: optional(
      documented(z.string().check(z.regex(/^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/)), {
        expects: 'the name of a Python module, such as "shop.settings.production"',
      }),
      "The settings module that releases run with.",
      "the one that `manage.py` names",
    ),
    requirements: optional(
      documented(z.string().check(z.minLength(1)), { expects: "the path of a file" }),
      "The file that locks the packages: pinned versions, best with hashes; or `uv.lock`.",
      "`uv.lock`, `requirements.lock` or `requirements.txt`, the first that is there",
    ),
    build: optional(build, "How the source becomes an artifact, before static files are collected."),
    processes: optional(
      djangoProcesses,
      "The process types of a release. Only `web` takes traffic.",
      "`{ web: {} }`",
    ),
    migrate: optional(
      documented(z.union([command, z.literal(false)]), { expects: "a command or `false`" }),
      "What migrates the database; run once, before the new release takes traffic. `false`: it is migrated by somebody else, and a release is refused as long as it is not.",
      "`python manage.py migrate --noinput`",
    ),
    checkMigrations: optional(
      flag,
      "Whether a model without its migration stops a deploy (`makemigrations --check`), and a migration that nobody has applied.",
      "`true`",
    ),
    static: optional(
      documented(z.union([djangoStatic, z.literal(false)]), { expects: "`{ url: … }` or `false`" }),
      "Static files that the proxy serves without asking the application. `false`: the application serves its own.",
      "collected where `django.contrib.staticfiles` is installed",
    ),
    ...appFields(),
  },
  "`django({ … })`",
);

export const app = documented(z.union([nodeApp, djangoApp]), {
  name: "App",
  about: "The application: `node({ … })` or `django({ … })`.",
  expects: "`node({ … })` or `django({ … })`",
});

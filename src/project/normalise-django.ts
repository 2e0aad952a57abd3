import type { DjangoApp, DjangoWeb } from "./input.ts";
import { mapValues, words } from "./normalise-parts.ts";
import { asOptions, normaliseProcess } from "./normalise-process.ts";
import { normaliseShared } from "./normalise.ts";
import type { App, ProcessType, RuntimeRequest } from "./project.ts";

/** A Django application, with the commands that every Django application has. */
export function normaliseDjango(app: DjangoApp, runtime: RuntimeRequest): App {
  const shared = normaliseShared(app, runtime, { port: 8000, console: manage("shell") });
  return {
    ...shared,
    stack: "django",
    django: {
      settings: app.settings,
      requirements: app.requirements,
      checkMigrations: app.checkMigrations ?? true,
      collectStatic: app.static !== false,
    },
    processes: mapValues({ web: {}, ...app.processes }, (process, type) =>
      djangoProcess(asOptions(process), type),
    ),
    migrate: app.migrate === false ? undefined : words(app.migrate ?? manage("migrate", "--noinput")),
    // Where Django leaves them is known when the artifact is built.
    static: app.static === false ? undefined : { folder: "", url: app.static?.url ?? "/static/" },
    // Django's own server reloads by itself.
    dev: { ...shared.dev, processes: { web: manage("runserver", "{port}"), ...shared.dev.processes } },
  };
}

function djangoProcess(options: DjangoWeb, type: string): ProcessType {
  const command = options.command ?? (type === "web" ? serverCommand(options) : undefined);
  return normaliseProcess({ ...options, ...(command === undefined ? {} : { command }) }, type);
}

/** Both servers take the place of a socket, and neither reads it from `PORT`. */
function serverCommand({
  server = "gunicorn",
  workers = 3,
  listen = "socket",
}: DjangoWeb): readonly string[] {
  const many = ["--workers", String(workers)];
  if (server === "uvicorn") {
    const where = listen === "socket" ? ["--uds", "{socket}"] : ["--host", "127.0.0.1", "--port", "{port}"];
    return ["uvicorn", "{asgi}", ...where, ...many];
  }
  return [
    "gunicorn",
    "{wsgi}",
    "--bind",
    listen === "socket" ? "unix:{socket}" : "127.0.0.1:{port}",
    ...many,
  ];
}

function manage(...command: readonly string[]): readonly string[] {
  return ["python", "manage.py", ...command];
}

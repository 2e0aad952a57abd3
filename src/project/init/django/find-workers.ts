import type { Source } from "../files.ts";
import type { FoundProcess } from "../findings.ts";
import type { Packages } from "./packages.ts";

/** Applications that work through jobs, with what starts a worker; packages of theirs also come along with others, unused. */
const workers = [
  { packages: ["django-q2", "django-q"], app: "django_q", command: "python manage.py qcluster" },
  { packages: ["django-rq"], app: "django_rq", command: "python manage.py rqworker default" },
  { packages: ["django-tasks-db"], app: "django_tasks_db", command: "python manage.py db_worker" },
  {
    packages: ["django-tasks"],
    app: "django_tasks.backends.database",
    command: "python manage.py db_worker",
  },
  { packages: ["django-dramatiq"], app: "django_dramatiq", command: "python manage.py rundramatiq" },
  {
    packages: ["procrastinate"],
    app: "procrastinate.contrib.django",
    command: "python manage.py procrastinate worker",
  },
  { packages: ["huey"], app: "huey.contrib.djhuey", command: "python manage.py run_huey" },
] as const;

/** Workers and schedulers that no Procfile names. */
export function findWorkers(
  python: readonly Source[],
  packages: Packages,
): { readonly processes: readonly FoundProcess[]; readonly missing: readonly string[] } {
  const { versions, where } = packages;
  if (versions.has("celery")) return celery(python, where);
  for (const { packages: names, app, command } of workers) {
    const name = names.find((one) => versions.has(one));
    const isInstalled = python.some(({ text }) => text.includes(`"${app}`) || text.includes(`'${app}`));
    if (name !== undefined && isInstalled)
      return { processes: [{ type: "worker", command, where: `${name} in ${where}` }], missing: [] };
  }
  return { processes: [], missing: [] };
}

function celery(python: readonly Source[], where: string): ReturnType<typeof findWorkers> {
  const app = python.find(({ text }) => /^\s*\w+(?:\s*:[^=]+)?\s*=\s*(?:celery\.)?Celery\(/m.test(text));
  if (!app) {
    const missing = `Celery's application: celery is in ${where}, and no file has \`app = Celery(…)\`. Where there are jobs, add \`worker: "celery -A … worker"\`.`;
    return { processes: [], missing: [missing] };
  }
  const module = app.path
    .replace(/\.py$/, "")
    .replaceAll("/", ".")
    .replace(/\.(?:celery|__init__)$/, "");
  const beat = python.find(({ text }) => /beat_schedule|CELERY_BEAT_SCHEDULE|django_celery_beat/i.test(text));
  return {
    processes: [
      { type: "worker", command: `celery -A ${module} worker --loglevel INFO`, where: app.path },
      ...(beat
        ? [{ type: "scheduler", command: `celery -A ${module} beat --loglevel INFO`, where: beat.path }]
        : []),
    ],
    missing: [],
  };
}

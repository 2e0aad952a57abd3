import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { freePort } from "../support/sandbox.ts";
import { type Running, runToEnd, startAnswering } from "./program.ts";

const examples = resolve(import.meta.dirname, "../../examples");

/** The TypeScript application as a developer has it: from its folder, with a database of its own. */
export async function startCozywish(): Promise<Running> {
  const folder = join(examples, "cozywish");
  const place = await mkdtemp(join(tmpdir(), "cw-browser-"));
  const port = await freePort();
  const env = {
    PATH: process.env["PATH"],
    NODE_ENV: "development",
    DEBUG_TOOLBAR: "off",
    PORT: String(port),
    DATABASE_URL: `sqlite:///${place}/data.sqlite`,
    MEDIA_URL: `file://${place}/media`,
  };
  await runToEnd([process.execPath, "src/seed.ts"], { folder, env });
  const running = await startAnswering([process.execPath, "src/server.ts"], {
    folder,
    env,
    url: `http://127.0.0.1:${port}`,
  });
  return { ...running, stop: () => stopAndRemove(running, place) };
}

/** The Python of the Django application's virtual environment; undefined where that has not been made. */
export function findDjangoPython(): string | undefined {
  const python = join(examples, "cozywish-django/.venv/bin/python");
  return existsSync(python) ? python : undefined;
}

/** The Django application as a developer has it, with Django's own server. */
export async function startCozywishDjango(python: string): Promise<Running> {
  const folder = join(examples, "cozywish-django");
  const place = await mkdtemp(join(tmpdir(), "cw-browser-"));
  const port = await freePort();
  const env = {
    PATH: process.env["PATH"],
    DJANGO_SETTINGS_MODULE: "project_root.settings.local",
    DEBUG_TOOLBAR: "off",
    LOG_FILE: join(place, "django.log"),
    DATABASE_URL: `sqlite:///${place}/data.sqlite`,
    MEDIA_URL: `file://${place}/media`,
  };
  await runToEnd([python, "manage.py", "migrate", "--no-input"], { folder, env });
  await runToEnd([python, "manage.py", "seed"], { folder, env });
  const running = await startAnswering(
    [python, "manage.py", "runserver", "--noreload", `127.0.0.1:${port}`],
    { folder, env, url: `http://127.0.0.1:${port}` },
  );
  return { ...running, stop: () => stopAndRemove(running, place) };
}

async function stopAndRemove(running: Running, place: string): Promise<void> {
  await running.stop();
  await rm(place, { recursive: true, force: true });
}

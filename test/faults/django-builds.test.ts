import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startLoad } from "../../src/routing/testing/load.ts";
import type { Sandbox } from "../support/sandbox.ts";
import { betweenRequestsMs } from "../support/soak.ts";
import { createDjangoSandboxBesideOthers, djangoConfig, djangoPage, named } from "../support/tiny-django.ts";

const name = "builds";
const config = (more?: string): string => named(name, djangoConfig(sandbox.port, more));

let sandbox: Sandbox;
let good: string;
const originals = new Map<string, string>();

beforeAll(async () => {
  sandbox = await createDjangoSandboxBesideOthers(name);
  await sandbox.ok(["deploy", "staging"]);
  good = (await djangoPage(sandbox.url)).release;
  for (const file of ["tiny/settings.py", "notes/models.py", "requirements.txt", "cozy.config.ts"]) {
    originals.set(file, await readFile(join(sandbox.project, file), "utf8"));
  }
});
afterAll(async () => sandbox.dispose());
afterEach(async () => {
  for (const [file, text] of originals) await writeFile(join(sandbox.project, file), text);
  await rm(join(sandbox.project, "poetry.lock"), { force: true });
  await sandbox.commit({});
});

const original = (file: string): string => originals.get(file) ?? "";

/** Deploys under load, expects a refusal before anything is touched, and that the good release never stopped serving. */
async function refused(files: Readonly<Record<string, string>>): Promise<string> {
  await sandbox.commit(files);
  const load = startLoad({ url: `${sandbox.url}/`, connections: 2, pauseMs: betweenRequestsMs });
  const { code, stdout, stderr } = await sandbox.cozy(["deploy", "staging"]);
  const { failed, errors } = await load.stop();
  expect([code, failed, errors]).toEqual([2, 0, []]);
  expect(stdout).not.toContain("Migrate the database");
  expect((await djangoPage(sandbox.url)).release).toBe(good);
  const status = await sandbox.json<{ unfinished?: unknown }>(["status", "staging"]);
  expect(status.unfinished).toBeUndefined();
  return stderr;
}

describe("a Django application that is not built", () => {
  it("has no STATIC_ROOT", async () => {
    const settings = original("tiny/settings.py").replace(/^STATIC_ROOT.*$/m, "");
    const stderr = await refused({ "tiny/settings.py": settings });
    expect(stderr).toContain("static-root-missing");
    expect(stderr).toContain('STATIC_ROOT = BASE_DIR / "staticfiles"');
  });

  it("has a settings module that is not there", async () => {
    const stderr = await refused({ "cozy.config.ts": config('settings: "tiny.settings.production",') });
    expect(stderr).toContain("settings-module-missing");
    expect(stderr).toContain("There is no settings module tiny.settings.production");
    expect(stderr).toContain('settings: "tiny.settings"');
  });

  it("has settings that fail without a variable, and says why it is not there", async () => {
    const settings = `${original("tiny/settings.py")}\nif len(os.environ["DJANGO_SECRET_KEY"]) > 80:\n    raise ValueError("DJANGO_SECRET_KEY is too long")\n`;
    const stderr = await refused({ "tiny/settings.py": settings });
    expect(stderr).toContain("django-settings-failed");
    expect(stderr).toContain("ValueError: DJANGO_SECRET_KEY is too long");
    expect(stderr).toContain("DJANGO_SECRET_KEY has a stand-in");
  });

  it("has a model without its migration", async () => {
    const models = `${original("notes/models.py")}    done = models.BooleanField(default=False)\n`;
    const stderr = await refused({ "notes/models.py": models });
    expect(stderr).toContain("migration-missing");
    expect(stderr).toContain("Add field done to note");
    expect(stderr).toContain("python manage.py makemigrations");
  });

  it("has a migration that nobody has applied, where somebody else was to", async () => {
    const migration = `from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notes", "0001_initial")]
    operations = [migrations.AddField("note", "done", models.BooleanField(default=False))]
`;
    const path = "notes/migrations/0002_done.py";
    const stderr = await refused({
      "cozy.config.ts": config("migrate: false,"),
      "notes/models.py": `${original("notes/models.py")}    done = models.BooleanField(default=False)\n`,
      [path]: migration,
    });
    await rm(join(sandbox.project, path));
    expect(stderr).toContain("smoke-failed");
    expect(stderr).toContain("python manage.py migrate --check: ended with 1");
  });

  it("has a requirement whose hash is another's", async () => {
    const requirements = original("requirements.txt").replaceAll(
      /sha256:[0-9a-f]{64}/g,
      `sha256:${"0".repeat(64)}`,
    );
    const stderr = await refused({ "requirements.txt": requirements });
    expect(stderr).toContain("dependencies-failed");
    expect(stderr).toContain("sha256:0000");
  });

  it("has a requirement of which there is no such version", async () => {
    const requirements = "Django==5.2.19\ngunicorn==999.0\n";
    const stderr = await refused({ "requirements.txt": requirements });
    expect(stderr).toContain("dependencies-failed");
    expect(stderr).toContain("gunicorn==999.0");
  });

  it("has a requirement without a version", async () => {
    const stderr = await refused({ "requirements.txt": "Django\ngunicorn==23.0.0\n" });
    expect(stderr).toContain("requirements-unpinned");
    expect(stderr).toContain("requirements.txt: `Django` has no exact version");
    expect(stderr).toContain("uv pip compile --universal --generate-hashes requirements.in");
  });

  it("has its packages locked by Poetry only", async () => {
    await rm(join(sandbox.project, "requirements.txt"));
    const stderr = await refused({ "poetry.lock": "" });
    expect(stderr).toContain("lock-file-not-carried-out");
    expect(stderr).toContain("poetry export --format requirements.txt");
  });

  it("asks for a Python that this machine has not", async () => {
    const stderr = await refused({ "cozy.config.ts": config().replace('">=3.10"', '"3.99"') });
    expect(stderr).toContain("runtime-not-found");
    expect(stderr).toContain("it has 3.");
  });
});

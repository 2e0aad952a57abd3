import { readdir } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { pythonWorkshop, type Files } from "../artifacts/testing.ts";
import { absent, buildDjango, fixture, settings, type DjangoBuild } from "./testing.ts";

describe("a Django application is refused", { timeout: 180_000 }, () => {
  it.each<[string, () => Files, DjangoBuild, object]>([
    [
      "without STATIC_ROOT",
      () => settings("STATIC_ROOT = None"),
      {},
      {
        code: "static-root-missing",
        message: expect.stringContaining("tiny.settings have no STATIC_ROOT"),
        next: expect.stringContaining('STATIC_ROOT = BASE_DIR / "staticfiles"'),
      },
    ],
    [
      "without django.contrib.staticfiles",
      () => settings('INSTALLED_APPS = [one for one in INSTALLED_APPS if "staticfiles" not in one]'),
      {},
      {
        code: "static-files-not-installed",
        message: expect.stringContaining("the proxy would answer /static/"),
        next: expect.stringContaining("static: false"),
      },
    ],
    [
      "with STATIC_ROOT elsewhere",
      () => settings('STATIC_ROOT = "/srv/static"'),
      {},
      { code: "static-root-outside" },
    ],
    [
      "with another STATIC_URL",
      () => settings('STATIC_URL = "assets/"'),
      {},
      { code: "static-url-differs", next: expect.stringContaining('static: { url: "/assets/" }') },
    ],
    [
      "with a stylesheet that names a file that is not there",
      () => ({ "notes/static/notes/style.css": "body { background: url(missing.png) }" }),
      {},
      {
        code: "collect-static-failed",
        message: expect.stringContaining("missing.png"),
      },
    ],
    [
      "with a settings module that is not there",
      () => ({}),
      { app: { settings: "tiny.setings" } },
      {
        code: "settings-module-missing",
        message:
          "There is no settings module tiny.setings, which `settings` of cozy.config.ts names. manage.py names tiny.settings. There are tiny.settings.",
        next: 'Write settings: "tiny.settings" into django({ … }) of cozy.config.ts.',
      },
    ],
    [
      "with no settings module at all",
      () => ({ "manage.py": absent }),
      {},
      {
        code: "settings-module-missing",
        message: expect.stringContaining("Neither manage.py nor"),
        next: expect.stringContaining('settings: "tiny.settings"'),
      },
    ],
    [
      "with settings that need a variable",
      () => settings('TOKEN = os.environ["PAYMENT_TOKEN"]'),
      { runTimeNames: ["PAYMENT_TOKEN"] },
      {
        code: "django-settings-failed",
        message: expect.stringMatching(
          /with tiny\.settings: KeyError: 'PAYMENT_TOKEN'\. Its output mentions PAYMENT_TOKEN: run-time/,
        ),
        details: expect.arrayContaining([expect.stringMatching(/File "tiny\/settings\.py", line \d+/)]),
      },
    ],
    [
      "with settings that do not like what stands for a variable",
      () => settings('if "stand-in" in os.environ["API_KEY"]: raise ValueError("API_KEY is no key")'),
      { app: { variables: { API_KEY: { secret: true } } } },
      {
        code: "django-settings-failed",
        message: expect.stringContaining("While Django is asked at build, API_KEY has a stand-in"),
      },
    ],
    [
      "with an application that fails",
      () => ({ "notes/models.py": "import nowhere\n" }),
      {},
      { code: "django-settings-failed", message: expect.stringContaining("No module named 'nowhere'") },
    ],
    [
      "whose process ends while it is asked",
      () => settings("os._exit(3)"),
      {},
      {
        code: "django-settings-failed",
        message: expect.stringContaining("it ended with 3 before it answered"),
      },
    ],
    [
      "with a model without its migration",
      () => ({
        "notes/models.py": `${fixture["notes/models.py"]}    done = models.BooleanField(default=False)\n`,
      }),
      {},
      {
        code: "migration-missing",
        next: expect.stringMatching(/^python manage\.py makemigrations && git add/),
        details: expect.arrayContaining([
          expect.stringContaining("notes"),
          expect.stringContaining("Add field done"),
        ]),
      },
    ],
    [
      "with a model of an application that has no migrations at all",
      () => ({
        "plain/__init__.py": "",
        "plain/models.py": "from django.db import models\nclass Plain(models.Model):\n    pass\n",
        ...settings('INSTALLED_APPS += ["plain"]'),
      }),
      {},
      {
        code: "migration-missing",
        next: expect.stringMatching(/^python manage\.py makemigrations plain &&/),
      },
    ],
    [
      "with two migrations that follow the same one",
      () => {
        const next = (name: string) =>
          `from django.db import migrations\nclass Migration(migrations.Migration):\n    dependencies = [("notes", "0001_initial")]\n    operations = [migrations.RunSQL("select 1 /* ${name} */")]\n`;
        return { "notes/migrations/0002_a.py": next("a"), "notes/migrations/0002_b.py": next("b") };
      },
      {},
      { code: "migration-check-failed", next: expect.stringContaining("makemigrations --merge") },
    ],
    [
      "without what its server is started with",
      () => ({ ...settings("", 'WSGI_APPLICATION = "tiny.wsgi.application"'), "tiny/wsgi.py": absent }),
      {},
      {
        code: "wsgi-missing",
        message: expect.stringContaining("no module `wsgi` beside the settings tiny.settings"),
      },
    ],
    [
      "with a WSGI_APPLICATION that leads nowhere",
      () => settings('WSGI_APPLICATION = "tiny.server.application"'),
      {},
      { code: "wsgi-missing", message: expect.stringContaining("names tiny.server.application") },
    ],
    [
      "without ASGI where uvicorn serves it",
      () => ({}),
      { app: { processes: { web: { command: ["python", "-m", "uvicorn", "{asgi}"] } } } },
      { code: "wsgi-missing", message: expect.stringContaining("no module `asgi` beside") },
    ],
    [
      "with a server that its packages have not",
      () => ({}),
      { app: { processes: { web: { server: "uvicorn" } } } },
      { code: "program-missing", message: expect.stringContaining("`web` is started with uvicorn") },
    ],
    [
      "without Django",
      () => ({
        "requirements.txt": (fixture["requirements.txt"] ?? "").replace(
          /^django==[\s\S]*?(?=^gunicorn)/m,
          "",
        ),
      }),
      {},
      { code: "django-missing" },
    ],
    [
      "with a virtual environment in its commit",
      () => ({ ".venv/pyvenv.cfg": "" }),
      {},
      { code: "modules-in-source", next: expect.stringContaining("git rm -r --cached .venv") },
    ],
  ])("%s", async (_name, files, options, error) => {
    const workshop = await pythonWorkshop();
    await expect(buildDjango(files(), { workshop, ...options })).rejects.toMatchObject(error);
    expect((await readdir(workshop.machine.artifacts)).filter((name) => name !== "failed-builds")).toEqual(
      [],
    );
  });

  it("not for a model without its migration where the config says so, nor for one of somebody else's package", async () => {
    const changed = {
      "notes/models.py": `${fixture["notes/models.py"]}    done = models.BooleanField(default=False)\n`,
    };
    await expect(buildDjango(changed, { app: { checkMigrations: false } })).resolves.toMatchObject({
      found: false,
    });
    // Django's own contenttypes would need one under this setting.
    const others = settings('MIGRATION_MODULES = {"contenttypes": "notes.elsewhere"}');
    await expect(buildDjango(others)).resolves.toMatchObject({ found: false });
  });

  it("and never for a database that is not there", async () => {
    const postgres = settings(
      'DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "/nonexistent/folder/db.sqlite3"}}',
    );
    await expect(buildDjango(postgres)).resolves.toMatchObject({ found: false });
  });
});

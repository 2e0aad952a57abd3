import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { requireManifest, verifyArtifact } from "../artifacts/artifact-store.ts";
import { buildArtifact } from "../artifacts/build-artifact.ts";
import { describeSource } from "../artifacts/git-source.ts";
import { artifactAt } from "../artifacts/manifest.ts";
import { chooseRuntime } from "../artifacts/runtime.ts";
import { djangoApp, pythonWorkshop, repositoryOf } from "../artifacts/testing.ts";
import type { DjangoApp } from "../project/input.ts";
import { buildDjango, fixture, settings } from "./testing.ts";

describe("an artifact of a Django application", { timeout: 180_000 }, () => {
  it("holds what Django said of itself, its static files under hashed names, and its bytecode", async () => {
    const workshop = await pythonWorkshop();
    const { id, steps } = await buildDjango({}, { workshop });
    const { content, sbom } = await verifyArtifact(workshop.machine, id, workshop.signal);
    expect(content.django).toEqual({
      settings: "tiny.settings",
      wsgi: "tiny.wsgi:application",
      staticUrl: "/static/",
      version: expect.stringMatching(/^5\.2\./),
    });
    expect(content).toMatchObject({
      stack: "django",
      staticFolder: "staticfiles",
      runtime: expect.stringMatching(/^python-3/),
    });
    const paths = content.files.map(({ path }) => path);
    expect(paths).toContainEqual(expect.stringMatching(/^staticfiles\/notes\/style\.[0-9a-f]{12}\.css$/));
    expect(paths).toContainEqual(expect.stringMatching(/^notes\/__pycache__\/views\.cpython-3\d+\.pyc$/));
    expect(paths).toContainEqual(expect.stringMatching(/^notes\/migrations\/__pycache__\/0001_initial/));
    expect(sbom).toBe("sbom.json");
    expect(await readdir(artifactAt(workshop.machine, id).folder)).toEqual([
      "app",
      "manifest.json",
      "sbom.json",
    ]);
    expect(steps.map(({ name }) => name)).toContain("application");
  });

  it("has one id wherever and whenever it is built", async () => {
    const [first, second] = [await pythonWorkshop(), await pythonWorkshop()];
    expect(first.machine.artifacts).not.toBe(second.machine.artifacts);
    const built = await buildDjango({}, { workshop: first });
    await expect(buildDjango({}, { workshop: second })).resolves.toMatchObject({
      id: built.id,
      found: false,
    });
  });

  it("is told nothing of an environment, only what stands for one, and of that nothing stays", async () => {
    const lines: string[] = [];
    const workshop = { ...(await pythonWorkshop()), onOutput: (_: string, line: string) => lines.push(line) };
    const report = `
import json
print("seen " + json.dumps({name: os.environ.get(name) for name in
    ("DJANGO_SECRET_KEY", "SENTRY_DSN", "LOG_LEVEL", "CACHE_URL", "DATABASE_URL", "STATIC_URL", "PIP_CERT", "TOKEN")}))
(BASE_DIR / "logs").mkdir()
(BASE_DIR / "logs" / "django.log").write_text("started")`;
    const app: Partial<DjangoApp> = {
      variables: {
        DJANGO_SECRET_KEY: { secret: true },
        SENTRY_DSN: { secret: true, required: false },
        LOG_LEVEL: "INFO",
        TOKEN: "declared",
      },
      build: { variables: { TOKEN: "of the build" } },
      static: { url: "/assets/" },
    };
    const { id } = await buildDjango(settings(report), { app, workshop });
    const seen: unknown = JSON.parse(lines.find((line) => line.startsWith("seen "))?.slice(5) ?? "");
    expect(seen).toEqual({
      DJANGO_SECRET_KEY: expect.stringMatching(/^stand-in-at-build-.{50}/),
      SENTRY_DSN: null,
      LOG_LEVEL: "INFO",
      CACHE_URL: "memory:",
      DATABASE_URL: expect.stringMatching(/^sqlite:\/\/\/\/.*\/asked\/database\.sqlite$/),
      STATIC_URL: "/assets/",
      PIP_CERT: null,
      TOKEN: "of the build",
    });
    const { content } = await requireManifest(workshop.machine, id);
    expect(JSON.stringify(content)).not.toMatch(/stand-in|asked|django\.log/);
    const { app: folder } = artifactAt(workshop.machine, id);
    const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) =>
      entry.isFile(),
    );
    const texts = await Promise.all(
      files.map(({ parentPath, name }) => readFile(join(parentPath, name), "latin1")),
    );
    expect(texts.filter((text) => text.includes("stand-in-at-build"))).toEqual([]);
  });

  it("has the settings of the config, else those that manage.py names by running", async () => {
    const other = { "tiny/production.py": "from tiny.settings import *\nWSGI_APPLICATION = None\n" };
    const workshop = await pythonWorkshop();
    const { id } = await buildDjango(other, { workshop, app: { settings: "tiny.production" } });
    expect((await requireManifest(workshop.machine, id)).content.django).toMatchObject({
      settings: "tiny.production",
      wsgi: "tiny.wsgi:application",
    });
    const named = `import os, sys
for name in ["tiny." + "production"]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", name)
sys.path.insert(0, "apps")
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
`;
    const moved = { "manage.py": named, "apps/extra/__init__.py": "", "apps/extra/apps.py": "", ...other };
    const apps = {
      "tiny/production.py": `${other["tiny/production.py"]}INSTALLED_APPS = [*INSTALLED_APPS, "extra"]\n`,
    };
    const second = await buildDjango({ ...moved, ...apps }, { workshop });
    expect((await requireManifest(workshop.machine, second.id)).content.django?.settings).toBe(
      "tiny.production",
    );
  });

  it("is found where it lies in a folder of its repository, and has no static files where it serves its own", async () => {
    const workshop = await pythonWorkshop();
    const deeper = Object.fromEntries(
      Object.entries(fixture).map(([path, text]) => [`services/site/${path}`, text]),
    );
    const folder = await repositoryOf({ ...deeper, "README.md": "" });
    const app = djangoApp({ static: false });
    const source = await describeSource({ folder: join(folder, "services/site") }, workshop.signal);
    const runtime = await chooseRuntime(app.runtime, workshop);
    const { id } = await buildArtifact({ source, app, secrets: {}, runtime, runTimeNames: [] }, workshop);
    const { content } = await requireManifest(workshop.machine, id);
    expect(content.staticFolder).toBeUndefined();
    expect(content.files.map(({ path }) => path)).toContain("tiny/wsgi.py");
  });

  it("is built by a command with the packages on its PATH, and the build's variables only", async () => {
    const workshop = await pythonWorkshop();
    const command = [
      "python",
      "-c",
      "import os, django; open('built.txt', 'w').write(django.__file__ + ' ' + str(os.environ.get('DJANGO_SECRET_KEY')))",
    ];
    const app = { build: { command }, variables: { DJANGO_SECRET_KEY: { secret: true } } };
    const { id } = await buildDjango({}, { workshop, app });
    const built = await readFile(join(artifactAt(workshop.machine, id).app, "built.txt"), "utf8");
    expect(built).toMatch(/\/trees\/[0-9a-f]{32}\/lib\/.*None$/);
  });

  it("tells of data that its settings keep within the release, unless that is kept", async () => {
    const steps: string[] = [];
    const workshop = { ...(await pythonWorkshop()), onStep: (text: string) => steps.push(text) };
    const own = settings(
      'MEDIA_ROOT = BASE_DIR / "uploads"\nDATABASES["default"]["NAME"] = BASE_DIR / "db.sqlite3"',
    );
    await buildDjango(own, { workshop, app: { persist: ["uploads"] } });
    expect(steps.filter((text) => text.includes("within the release"))).toEqual([
      expect.stringContaining("DATABASES['default'] is db.sqlite3"),
    ]);
  });
});

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { RehearsalVerdict } from "../../src/rehearsal/verdict.ts";
import { replaced } from "../support/example-sandbox.ts";
import type { Sandbox } from "../support/sandbox.ts";
import { createDjangoSandboxBesideOthers, djangoConfig } from "../support/tiny-django.ts";

const insert = "from notes.models import Note; Note.objects.create(text='a').delete()";
const check = `{ command: ["python", "manage.py", "shell", "-v0", "-c", ${JSON.stringify(insert)}], within: "30s" }`;
const config = (port: number) =>
  replaced(
    replaced(djangoConfig(port), "smoke: [", `smoke: [${check}, `),
    "database: sqlite(),",
    "database: sqlite(), rehearsal: {},",
  );

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createDjangoSandboxBesideOthers("rehearsed", config);
  await sandbox.ok(["deploy", "staging"]);
});
afterAll(async () => sandbox.dispose());

it("refuses a field that the old release does not fill, because Django keeps no default in the database", async () => {
  const models = await readFile(join(sandbox.project, "notes", "models.py"), "utf8");
  const text = "    text = models.CharField(max_length=200)\n";
  await sandbox.commit({
    "notes/models.py": replaced(
      models,
      text,
      `${text}    author = models.CharField(max_length=40, default="")\n`,
    ),
    "notes/migrations/0002_author.py": `from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notes", "0001_initial")]
    operations = [migrations.AddField("note", "author", models.CharField(default="", max_length=40))]
`,
  });
  await sandbox.ok(["backup", "staging"]);
  const { code, stdout } = await sandbox.cozy(["rehearse", "staging", "--json"]);
  const { findings } = JSON.parse(stdout) as RehearsalVerdict;
  const found = (name: string) => findings.find((finding) => finding.name === name);
  expect(code).toBe(1);
  expect(found("new release")).toMatchObject({
    outcome: "pass",
    text: expect.stringContaining("wrote to notes_note"),
  });
  expect(found("migrations again")?.outcome).toBe("pass");
  expect(found("old release")).toMatchObject({
    outcome: "fail",
    details: [
      expect.stringMatching(
        /^statement: INSERT INTO "notes_note" .*NOT NULL constraint failed: notes_note\.author$/,
      ),
    ],
  });
  expect(found("table notes_note")?.details).toContain(
    "+ notes_note.author varchar(40) not null (inserts without it fail)",
  );
});

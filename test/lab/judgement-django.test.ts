import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BackupsList } from "../../src/recovery/look-at-backups.ts";
import type { DrillVerdict } from "../../src/recovery/drill-verdict.ts";
import type { RehearsalVerdict } from "../../src/rehearsal/verdict.ts";
import { createExampleFleet, type ExampleFleet } from "../support/example-fleet.ts";
import { replaced } from "../support/example-sandbox.ts";

/** What `judgement.test.ts` shows of an application in Node, for Python: its runtime, gunicorn and Celery in a server's scratch. */
let fleet: ExampleFleet;
beforeAll(async () => {
  fleet = await createExampleFleet({
    example: "cozywish-django",
    hosts: 1,
    data: "sqlite",
    more: 'backups: { every: "1d" }, rehearsal: {}, promises: { recovery: { rto: "1h", rpo: "2d", notPromised: ["media"] } },',
  });
  await fleet.ok(["deploy", "staging"]);
  await fleet.ok(["run", "staging", "--", "python", "manage.py", "seed"]);
});
afterAll(async () => fleet?.dispose());

const id = "cozywish-django-staging";
const root = `/var/lib/cozy/environments/${id}`;

/** What of the scratch environments is left on the server: processes, variables, data. */
async function left(): Promise<string> {
  const units = `systemctl list-units --all --plain --no-legend '${id}.sealed@*'`;
  return fleet.on("web1", `ls ${root}/scratch | grep -v lock; ls ${root}/instances | grep sealed; ${units}`);
}

function outcomes({ findings }: Pick<RehearsalVerdict, "findings">): Readonly<Record<string, string>> {
  return Object.fromEntries(findings.map(({ name, outcome }) => [name, outcome]));
}

async function venues(): Promise<number> {
  const [url = ""] = fleet.urls;
  const response = await fetch(`${url}/venues`);
  expect(response.status).toBe(200);
  return ((await response.text()).match(/href="\/venues\//g) ?? []).length;
}

describe("data of a Django application on a server", () => {
  it("is backed up, and a release is tried on it before it is changed", async () => {
    await fleet.commit({ "common/version.py": "VERSION = 2\n" });
    const { stdout } = await fleet.ok(["deploy", "staging"]);
    expect(stdout).toMatch(/pass +old release/);
    expect(stdout).toMatch(/pass +new release/);
    expect(stdout).toMatch(/pass +process worker/);
    expect(stdout).toMatch(/pass +sealed off/);
    expect(await left()).toBe("");
  });

  it("is kept from a field that the release in force does not fill, and the statement is named", async () => {
    const models = await readFile(join(fleet.project, "bookings", "models.py"), "utf8");
    const cancelled = "    cancelled_at = models.DateTimeField(null=True, blank=True)\n";
    await fleet.commit({
      "bookings/models.py": replaced(
        models,
        cancelled,
        `    note = models.CharField(max_length=40, default="")\n${cancelled}`,
      ),
      "bookings/migrations/0003_note.py": `from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bookings", "0002_holds_and_confirmations")]
    operations = [migrations.AddField("booking", "note", models.CharField(max_length=40, default=""))]
`,
    });
    const { code, stdout } = await fleet.cozy(["rehearse", "staging", "--json"]);
    const verdict = JSON.parse(stdout) as RehearsalVerdict;
    expect([code, outcomes(verdict)]).toMatchObject([1, { "old release": "fail", "new release": "pass" }]);
    expect(JSON.stringify(verdict)).toContain("NOT NULL constraint failed: bookings.note");
    expect(await left()).toBe("");
  });

  it("can be brought back, as a drill shows, and is", async () => {
    const { backup } = await fleet.json<{ readonly backup: { readonly id: string } }>(["backup", "staging"]);
    const { code, stdout } = await fleet.cozy(["drill", "staging", "--json"]);
    const drill = JSON.parse(stdout) as DrillVerdict;
    expect([code, drill.backup]).toEqual([0, backup.id]);
    const had = await venues();
    expect(had).toBeGreaterThan(0);
    const empty =
      "from bookings.models import Booking, Hold; from venues.models import Venue; [one.objects.all().delete() for one in (Booking, Hold, Venue)]";
    await fleet.ok(["run", "staging", "--", "python", "manage.py", "shell", "-v0", "-c", empty]);
    expect(await venues()).toBe(0);
    await fleet.ok(["restore", "staging", backup.id, "--yes"]);
    expect(await venues()).toBe(had);
    expect(await left()).toBe("");
    const { backups } = await fleet.json<BackupsList>(["backups", "staging", "--verify"]);
    expect(backups.every(({ state }) => state === "sound")).toBe(true);
  });
});

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BackupsList } from "../../src/recovery/look-at-backups.ts";
import { startLoad } from "../../src/routing/testing/load.ts";
import type { RunEvidence } from "../../src/schedules/evidence.ts";
import { replaced } from "../support/example-sandbox.ts";
import { createExampleFleet, type ExampleFleet } from "../support/example-fleet.ts";
import { until } from "../support/sandbox.ts";
import { inSoak } from "../support/soak.ts";

/**
 * The two reference applications on servers: each checks itself, and books through its pages, before it is seen. The one in Django, with
 * its servers of data, is for `make soak`; releases in Python are in `ssh-host.test.ts` too.
 */
let django: ExampleFleet;
let node: ExampleFleet;
beforeAll(async () => {
  const begun = await Promise.allSettled([inSoak ? deployDjango() : undefined, deployNode()]);
  for (const one of begun) if (one.status === "rejected") throw one.reason;
});
afterAll(async () => void (await Promise.all([django?.dispose(), node?.dispose()])));

async function deployDjango(): Promise<void> {
  django = await createExampleFleet({
    example: "cozywish-django",
    hosts: 2,
    data: "servers",
    // Each server has pictures of its own; they are seeded on one of them.
    appMore: 'persist: ["media"],',
    more: 'schedules: { cleanup: { every: "1m" } },',
  });
  await django.ok(["deploy", "staging"]);
}

async function deployNode(): Promise<void> {
  const more = 'backups: { every: "1d" },';
  node = await createExampleFleet({ example: "cozywish", hosts: 1, data: "sqlite", more });
  await node.ok(["deploy", "staging"]);
}

async function releaseAt(url: string): Promise<string> {
  const response = await fetch(`${url}/readyz`);
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
  return ((await response.json()) as { readonly release: string }).release;
}

async function runsOf(fleet: ExampleFleet, schedule: string): Promise<readonly RunEvidence[]> {
  const asked = ["schedules", "staging", "--runs", schedule];
  return (await fleet.json<{ readonly runs: readonly RunEvidence[] }>(asked)).runs;
}

async function expectPages(url: string): Promise<void> {
  const page = await (await fetch(`${url}/venues`)).text();
  expect(page).toContain("CozyWish");
  const [style = ""] = /\/static\/app\.[0-9a-f]+\.css/.exec(page) ?? [];
  expect((await fetch(`${url}${style}`)).status).toBe(200);
}

describe.runIf(inSoak)("CozyWish in Django on two servers, with PostgreSQL and Redis on a third", () => {
  it("serves pages and static files from both", async () => {
    await django.ok(["run", "staging", "--", "python", "manage.py", "seed"]);
    for (const url of django.urls) await expectPages(url);
    expect(new Set(await Promise.all(django.urls.map(releaseAt))).size).toBe(1);
  });

  it("loses no request over a one-line change, whose checks book an hour on both servers at once, and back", async () => {
    const loads = django.urls.map((url) => startLoad({ url: `${url}/venues`, connections: 2, pauseMs: 50 }));
    const [before] = await Promise.all(django.urls.map(releaseAt));
    await django.commit({ "common/version.py": "VERSION = 2\n" });
    await django.ok(["deploy", "staging"]);
    expect(await Promise.all(django.urls.map(releaseAt))).not.toContain(before);
    await django.ok(["rollback", "staging"]);
    expect(await Promise.all(django.urls.map(releaseAt))).toEqual([before, before]);
    for (const load of loads) {
      const { failed, errors, sent } = await load.stop();
      expect({ failed, errors }).toEqual({ failed: 0, errors: [] });
      expect(sent).toBeGreaterThan(20);
    }
  });

  it("has workers on both, and each takes jobs from the queue", async () => {
    const ready = 'journalctl -o cat -u "cozywish-django-staging-worker@*" | grep -c "celery@.* ready"';
    for (const server of django.servers) expect(Number(await django.on(server, ready))).toBeGreaterThan(0);
    const code = "from bookings.tasks import sweep_confirmations; sweep_confirmations.delay()";
    await django.ok(["run", "staging", "--", "python", "manage.py", "shell", "-v0", "-c", code]);
    const waiting = async () => django.on("data", "redis-cli -n 2 llen celery");
    await until("the queue is empty", async () => (await waiting()) === "0");
  });

  it("runs a schedule by hand and by the clock, as the application's user", async () => {
    await django.ok(["schedules", "staging", "--run", "cleanup"]);
    const hasRun = async () => (await runsOf(django, "cleanup")).some(({ by }) => by === "clock");
    await until("the clock has started it", hasRun, 75_000);
    await django.ok(["schedules", "staging", "--suspend", "cleanup"]);
    const runs = (await runsOf(django, "cleanup")).map(({ by, outcome }) => `${by} ${outcome}`);
    const id = "cozywish-django-staging";
    const said = await django.on("web1", `journalctl -o short-precise -u '${id}-schedules@*' | tail -n 60`);
    expect(new Set(runs), said).toEqual(new Set(["hand succeeded", "clock succeeded"]));
    const owners = await django.on(
      "web1",
      `stat -c %U /var/lib/cozy/environments/${id}/schedules/cleanup/output/*`,
    );
    expect(new Set(owners.split("\n"))).toEqual(new Set([id]));
    expect(await django.on("web2", `ls /var/lib/cozy/environments/${id}/schedules`)).toBe("");
  });
});

/** What lies of releases on a server that has left, as on one that has never been there: the runtime, the packages, the artifacts. */
const kept = "/var/lib/cozy/artifacts /var/lib/cozy/trees /var/lib/cozy/runtimes";

describe.runIf(inSoak)("a server for a release in Python", () => {
  it("gets it from the one that has it, packages and all, by a machine that has built nothing", async () => {
    const both = await readFile(join(django.project, "cozy.config.ts"), "utf8");
    await django.ok(["leave", "staging", "web2", "--yes"]); // its pictures are on no other
    await django.write("cozy.config.ts", replaced(both, /, \{ name: "web2"[^}]*\}/, ""));
    await django.ok(["deploy", "staging"]); // that one is web1's alone
    await django.write("cozy.config.ts", both);
    await django.ok(["setup", "staging", "--remove", "--data", "--host", "web2", "--yes"]);
    await django.on("web2", `find ${kept} -mindepth 1 -delete`);
    await django.ok(["setup", "staging"]);
    const { stdout } = await django.ok(["join", "staging"], {
      env: { COZY_HOME: `${django.project}-elsewhere` },
    });
    expect(stdout).toMatch(/take the artifact of .* from web1/);
    expect(stdout).not.toContain("build the artifact");
    for (const url of django.urls) await expectPages(url);
    expect(new Set(await Promise.all(django.urls.map(releaseAt))).size).toBe(1);
    // Byte by byte, what is compiled of the packages too.
    const sums = "find artifacts trees -type f -print0 | sort -z | xargs -0 sha256sum";
    const there = await django.on("web2", `cd /var/lib/cozy; ${sums}`);
    expect(there).toMatch(/\.pyc$/m);
    const onFirst = await django.on("web1", `cd /var/lib/cozy; ${sums}`);
    expect(there.split("\n").filter((line) => !onFirst.includes(line))).toEqual([]);
    await django.ok(["rollback", "staging"]);
    for (const url of django.urls) await expectPages(url);
  });
});

describe("CozyWish in TypeScript on one server, with SQLite", () => {
  it("serves pages, static files and pictures", async () => {
    await node.ok(["run", "staging", "--", "node", "src/seed.ts"]);
    const [url = ""] = node.urls;
    await expectPages(url);
    const [picture = ""] = /\/media\/[^"' )]+/.exec(await (await fetch(`${url}/venues`)).text()) ?? [];
    expect((await fetch(`${url}${picture}`)).headers.get("content-type")).toMatch(/^image\//);
  });

  it("is backed up there: before a release, on demand, and by the application's user as the clock does it", async () => {
    await node.commit({ "src/version.ts": "export const VERSION = 2;\n" });
    await node.ok(["deploy", "staging"]);
    await node.ok(["backup", "staging"]);
    await node.ok(["schedules", "staging", "--run", "backup"]);
    const { backups } = await node.json<BackupsList>(["backups", "staging", "--verify"]);
    expect(backups.map((one) => `${one.class} ${one.state}`).toSorted()).toEqual([
      "daily sound",
      "daily sound",
      "deploy sound",
    ]);
    const [url = ""] = node.urls;
    await expectPages(url); // whoever has read the database has left nothing beside it that the application can't use
    const signedUp = await node.ok(["run", "staging", "--", "node", "src/check.ts"]);
    expect(signedUp.code).toBe(0);
  });
});

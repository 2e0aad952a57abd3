import { randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasStrings } from "../../src/artifacts/kept-file.ts";
import { labUp, type Lab } from "../../src/lab/lab.ts";
import { startLoad, type Load } from "../../src/routing/testing/load.ts";
import { fingerprintsOf, fleetConfig } from "../support/fleet.ts";
import { createSandbox, until, type Sandbox } from "../support/sandbox.ts";
import { sharedHome } from "../support/shared-home.ts";
import { times } from "../support/soak.ts";

/** Two hosts behind a balancer, of which the project file names one at first, and visitors who never stop. */
let lab: Lab;
let project: Sandbox;
let load: Load;

const more = `domains: { canonical: "shop.test", certificate: noCertificate() },
  keep: { releases: 2, warm: "1m" }, drain: { requests: "1s", streams: "1s" },`;

beforeAll(async () => {
  lab = await labUp({
    name: `t${randomBytes(4).toString("hex")}`,
    hosts: 2,
    balancer: { readyPath: "/balancer", everyMs: 500, endsTls: true },
  });
  project = await createSandbox({ config: () => fleetConfig(only("host1"), more), home: sharedHome() });
  await project.ok(["trust", "staging", "--fingerprint", fingerprintsOf(only("host1"))]);
  await project.ok(["setup", "staging"]);
  await project.ok(["deploy", "staging"]);
  await project.commit({ "version.txt": "two\n" });
  await project.ok(["deploy", "staging"]);
  load = startLoad({
    url: `https://${lab.balancer?.address ?? ""}/venues`,
    headers: { host: "shop.test" },
    tls: { servername: "shop.test" },
    connections: 4,
    pauseMs: times(40, 10),
  });
});
afterAll(async () => {
  await load?.stop();
  await project?.dispose();
  await lab?.down();
});

describe("a server that is put into the list", () => {
  it("gets no request before it serves the release in force, and none is lost when it does", async () => {
    await serversAre("host1", "host2");
    await project.ok(["trust", "staging", "--fingerprint", fingerprintsOf(lab)]);
    const early = await project.cozy(["join", "staging"]);
    expect([early.code, early.stderr]).toEqual([2, expect.stringContaining("cozy setup staging")]);
    await project.ok(["setup", "staging"]);
    await serversAre("host2");
    expect((await project.ok(["plan", "staging"])).stderr).toMatch(
      /warning: None of the servers of staging has a release.*known_hosts also pins .*cozy move-keeper staging/,
    );
    await serversAre("host1", "host2");
    expect((await project.ok(["status", "staging"])).stdout).toMatch(
      /! host2 +serves nothing.*\n\nhost2 is not as the others\..*: cozy join staging/,
    );
    expect(await asked("host2")).toBe(0);
    // From a machine that has built nothing: what serves is taken from the server that has it, as long as it is whole there.
    const elsewhere = onAnotherMachine();
    const { artifact } = await recordOf("host1");
    const file = `/var/lib/cozy/artifacts/${artifact}/app/version.txt`;
    await on("host1", `cp -a ${file} /root/whole; rm ${file}; echo twp >${file}; chmod 444 ${file}`);
    const damaged = await project.cozy(["join", "staging"], elsewhere);
    expect([damaged.code, damaged.stderr]).toEqual([
      expect.any(Number),
      expect.stringMatching(/artifact-damaged[\s\S]*host1: .*1 of its \d+ files differ/),
    ]);
    expect(await on("host2", "ls /var/lib/cozy/artifacts")).toBe("");
    await on("host1", `cp -a --remove-destination /root/whole ${file}`);
    const { stdout } = await project.ok(["join", "staging"], elsewhere);
    expect(stdout).toMatch(
      /take the artifact of .* from host1[\s\S]*prove what is served[\s\S]*put it into rotation/,
    );
    expect(stdout).not.toContain("build the artifact");
    expect(await wasTaken(artifact)).toBe(true);
    expect((await recordOf("host2")).artifact).toBe(artifact);
    await until("the balancer sends to host2", async () => (await asked("host2")) > 10);
    expect(await servedBy("host2")).toEqual(await servedBy("host1"));
    expect((await project.ok(["join", "staging"])).stdout).toContain("All servers of staging serve");
    expect(load.result()).toMatchObject({ failed: 0, errors: [] });
  });

  it("can be gone back on as the others can, to the release before", async () => {
    const { release } = await servedBy("host1");
    await project.ok(["rollback", "staging"]);
    expect((await servedBy("host2")).version).toBe("one");
    await project.ok(["rollback", "staging", release]);
    expect([await servedBy("host1"), await servedBy("host2")]).toMatchObject([
      { version: "two" },
      { version: "two" },
    ]);
    expect(load.result()).toMatchObject({ failed: 0, errors: [] });
  });
});

describe("a server that is put first", () => {
  it("keeps nothing before it is told to, and then the history and the plan that was cut off", async () => {
    await project.commit({ "version.txt": "three\n" });
    const killed = await project.cozy(["deploy", "staging"], {
      env: { COZY_FAULT: "after:place-release@host1" },
    });
    expect(killed.code).not.toBe(0);
    await serversAre("host2", "host1");
    expect((await project.ok(["status", "staging"])).stdout).toContain("cozy move-keeper staging");
    const { code, stderr } = await project.cozy(["deploy", "staging"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("cozy move-keeper staging")]);
    expect((await project.ok(["move-keeper", "staging"])).stdout).toMatch(
      /host2 keeps staging from now on, with \d+ files that host1 kept\.\nA plan was cut off\./,
    );
    // From a machine that has not built it: the one that lacks it gets what the other has.
    await project.ok(["resume", "staging"], onAnotherMachine());
    const { artifact } = await recordOf("host1");
    expect(await wasTaken(artifact)).toBe(true);
    expect((await recordOf("host2")).artifact).toBe(artifact);
    expect([await servedBy("host1"), await servedBy("host2")]).toMatchObject([
      { version: "three" },
      { version: "three" },
    ]);
    await project.ok(["move-keeper", "staging"]);
    const history = (await project.ok(["history", "staging"])).stdout;
    for (const command of ["move-keeper host2", "deploy of", "rollback of", "join host2"])
      expect(history).toContain(command);
    expect(load.result()).toMatchObject({ failed: 0, errors: [] });
  });

  it("is the only one that is believed: nobody changes anything by way of the one before", async () => {
    await serversAre("host1", "host2");
    const { code, stderr } = await project.cozy(["deploy", "staging"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("kept-elsewhere")]);
    expect(stderr).toContain("git pull");
    await serversAre("host2", "host1");
  });
});

describe("a server that is taken out", () => {
  it("is told of where it never left, and leaves without a lost request", async () => {
    await serversAre("host2");
    expect((await project.ok(["status", "staging"])).stdout).toContain("cozy leave staging host1");
    await serversAre("host2", "host1");
    await project.ok(["leave", "staging", "host1"]);
    const before = await asked("host1");
    await setTimeout(500);
    expect(await asked("host1")).toBe(before);
    expect(await on("host1", "systemctl list-units --no-legend 'tiny-staging-web@*'")).toBe("");
    await project.ok(["setup", "staging", "--remove", "--host", "host1", "--yes"]);
    expect(
      await on("host1", "ls /etc/cozy/tiny-staging.json /etc/nginx/sites-enabled/tiny-staging.conf"),
    ).toBe("");
    await serversAre("host2");
    expect((await project.ok(["status", "staging"])).stdout).not.toContain("cozy leave");
    await project.commit({ "version.txt": "four\n" });
    await project.ok(["deploy", "staging"]);
    expect((await servedBy("host2")).version).toBe("four");
    expect(load.result()).toMatchObject({ failed: 0, errors: [] });
    expect(load.result().sent).toBeGreaterThan(300);
  });
});

const root = "/var/lib/cozy/environments/tiny-staging";

function only(...names: readonly string[]): Lab {
  return { ...lab, hosts: names.flatMap((name) => lab.hosts.filter((host) => host.name === name)) };
}

async function serversAre(...names: readonly string[]): Promise<void> {
  await project.write("cozy.config.ts", fleetConfig(only(...names), more));
}

/** One where nothing was built: as far as this goes, another machine is another home. */
function onAnotherMachine() {
  return { env: { COZY_HOME: `${project.project}-elsewhere` } };
}

/** Whether that machine has an artifact that it did not build: a build leaves its log. */
async function wasTaken(artifact: string): Promise<boolean> {
  const names = await readdir(join(onAnotherMachine().env.COZY_HOME, "artifacts", artifact));
  return names.toSorted().join(" ") === "app manifest.json";
}

async function recordOf(host: string): Promise<{ readonly artifact: string }> {
  const { release } = await servedBy(host);
  const record: unknown = JSON.parse(await on(host, `cat ${root}/releases/${release}/release.json`));
  if (!hasStrings(record, "artifact")) throw new Error(`${host} has no record of ${release}`);
  return record;
}

/** The release that a host's route table leads to, and what lies there as it. */
async function servedBy(host: string) {
  const links = "for link in /run/tiny-staging/routes/*.sock; do readlink $link; done";
  const release = await on(host, `${links} | sed 's,/web.*,,; s,.*/,,' | sort -u`);
  return { release, version: await on(host, `cat ${root}/releases/${release}/app/version.txt`) };
}

async function on(host: string, script: string): Promise<string> {
  return (await lab.exec(host, ["/bin/sh", "-c", script])).stdout.trim();
}

async function asked(host: string): Promise<number> {
  return Number(
    await on(host, `cat /var/log/cozy/tiny-staging/access.log* 2>/dev/null | grep -c /venues || true`),
  );
}

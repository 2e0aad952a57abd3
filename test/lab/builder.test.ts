import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFleet, fingerprintsOf, type FleetSandbox } from "../support/fleet.ts";
import { replaced } from "../support/example-sandbox.ts";
import { startProgram } from "../support/running-program.ts";
import { cozyBinary, served, until } from "../support/sandbox.ts";

/** What the build says of where it ran, in a file that the site serves. */
const build = `
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import isNumber from "./is-number.js";
if (JSON.parse(readFileSync("behaviour.json", "utf8")).failBuild) {
  console.error("build: the flux is not coupled");
  process.exit(4);
}
// Until it is ended.
if (JSON.parse(readFileSync("behaviour.json", "utf8")).buildsForEver) await new Promise((end) => setTimeout(end, 600_000));
const nice = execFileSync("nice").toString().trim();
const sudo = spawnSync("sudo", ["-n", "-l"]).status;
const about = { host: hostname(), user: userInfo().username, nice, sudo, cgroup: readFileSync("/proc/self/cgroup", "utf8") };
mkdirSync("dist/static", { recursive: true });
writeFileSync("dist/static/about.json", JSON.stringify({ ...about, isNumber: isNumber(1) }));
`;

let fleet: FleetSandbox;
beforeAll(async () => {
  fleet = await createFleet({ hosts: 2, serving: ["host1"] });
  const file = join(fleet.project, "cozy.config.ts");
  const config = await readFile(file, "utf8");
  const named = replaced(config, /defineProject, /, "defineProject, host, ");
  await fleet.write("cozy.config.ts", replaced(named, /identity: /, 'builder: host("host1"), identity: '));
  await fleet.commit({ "build.js": build, "is-number.js": "export default (it) => typeof it === 'number';" });
});
afterAll(async () => fleet.dispose());

async function sources(): Promise<readonly string[]> {
  return (await fleet.on("host1", "ls /var/lib/cozy/artifacts/by-source || true")).split("\n");
}

describe("a server that builds", () => {
  it("is told of by the plan, and builds nothing for it", async () => {
    const { stdout } = await fleet.ok(["plan", "staging"]);
    expect(stdout).toContain("build the artifact on host1");
    expect(await sources()).toEqual([""]);
  });

  it("builds the release as the deployer's user, without its right to sudo, below all else that runs there", async () => {
    expect(await fleet.on("host1", "runuser -u cozy -- sudo -n -l")).toContain("/usr/lib/cozy/control");
    await fleet.ok(["deploy", "staging"]);
    expect(await served(fleet.urls["host1"] ?? "")).toMatchObject({ version: "one" });
    const about: unknown = await (await fetch(`${fleet.urls["host1"]}/static/about.json`)).json();
    expect(about).toEqual({
      host: "host1",
      user: "cozy",
      nice: "10",
      sudo: 1,
      // A scope of the user's own systemd, which holds it to its limits.
      cgroup: expect.stringMatching(/\/user@\d+\.service\/.*\.scope\n$/),
      isNumber: true,
    });
    expect(await sources()).toHaveLength(1);
    expect(await fleet.on("host1", "ls -A /var/lib/cozy/artifacts | grep -c tmp- || true")).toBe("0");
  });

  it("tells of a build that fails as of one that was made here, and what serves goes on", async () => {
    await fleet.commit({ "behaviour.json": '{ "failBuild": true }' });
    const { code, stderr } = await fleet.cozy(["deploy", "staging"]);
    expect(code).not.toBe(0);
    expect(stderr).toContain("build-failed");
    expect(stderr).toContain("the flux is not coupled");
    expect(await served(fleet.urls["host1"] ?? "")).toMatchObject({ version: "one" });
    expect(await sources()).toHaveLength(1);
  });

  it("builds nothing a second time, for whichever deployer", async () => {
    await fleet.commit({ "behaviour.json": "{}", "version.txt": "two\n" });
    await fleet.ok(["deploy", "staging"]);
    const { stdout } = await fleet.ok(["deploy", "staging"]);
    expect(stdout).toContain("built before");
    expect(await served(fleet.urls["host1"] ?? "")).toMatchObject({ version: "two" });
    expect(await sources()).toHaveLength(2);
  });

  it("ends a build whose deployer is killed, with all that it has started", async () => {
    await fleet.commit({ "behaviour.json": '{ "buildsForEver": true }' });
    const deployer = startProgram([process.execPath, cozyBinary, "deploy", "staging"], {
      cwd: fleet.project,
      env: fleet.env,
    });
    const running = () => fleet.on("host1", "pgrep -u cozy -fc 'build[.]js|builder[.]mjs' || true");
    await until("the build runs", async () => Number(await running()) >= 2, 60_000);
    process.kill(deployer.pid, "SIGKILL");
    await until("it has ended", async () => (await running()) === "0", 30_000);
    expect(await served(fleet.urls["host1"] ?? "")).toMatchObject({ version: "two" });
  });
});

describe("a server that builds and serves nothing", () => {
  it("is prepared with what builds need and nothing of the environment, and a second time nothing changes", async () => {
    // What the killed deployer has left.
    await fleet.ok(["abort", "staging"]);
    const [, other] = fleet.lab.hosts;
    const file = join(fleet.project, "cozy.config.ts");
    const config = await readFile(file, "utf8");
    const builder = `host("${other?.address}", { name: "host2" })`;
    await fleet.write("cozy.config.ts", replaced(config, /host\("host1"\)/, builder));
    await fleet.commit({ "behaviour.json": "{}", "version.txt": "three\n" });
    await fleet.ok(["trust", "staging", "--fingerprint", fingerprintsOf(fleet.lab)]);
    const early = await fleet.cozy(["plan", "staging"]);
    expect([early.code, early.stderr]).toEqual([2, expect.stringContaining("cozy setup staging")]);
    const { stdout } = await fleet.ok(["plan", "staging", "--setup"]);
    expect(stdout).toMatch(/host2: \d+ would change[\s\S]*packages .*make[\s\S]*user cozy/);
    await fleet.ok(["setup", "staging"]);
    expect((await fleet.ok(["setup", "staging"])).stdout).toMatch(/nothing was changed[\s\S]*host2: 9 items/);
    const own =
      "ls -d /etc/nginx /etc/cozy /etc/systemd/system/tiny* /var/lib/cozy/environments 2>/dev/null || true";
    expect(await fleet.on("host2", own)).toBe("");
    expect(await fleet.on("host2", "getent passwd tiny-staging || true")).toBe("");
  });

  it("builds the release that others serve", async () => {
    await fleet.ok(["deploy", "staging"]);
    const about: unknown = await (await fetch(`${fleet.urls["host1"]}/static/about.json`)).json();
    expect(about).toMatchObject({ host: "host2", user: "cozy", nice: "10", isNumber: true });
    expect(await served(fleet.urls["host1"] ?? "")).toMatchObject({ version: "three" });
  });

  it("builds nothing where the others are of another platform, and already the plan says so", async () => {
    // What cozy asks Node for; sessions that begin from now on have it.
    const other = "--import=data:text/javascript,Object.defineProperty(process,'arch',{value:'arm64'})";
    await fleet.on("host1", `echo "NODE_OPTIONS=${other}" >>/etc/environment; pkill -u cozy sshd || true`);
    await fleet.commit({ "version.txt": "four\n" });
    const before = await fleet.on("host2", "ls /var/lib/cozy/artifacts/by-source");
    for (const command of ["plan", "deploy"]) {
      const { code, stderr } = await fleet.cozy([command, "staging"]);
      expect([code, stderr]).toEqual([
        2,
        expect.stringMatching(/platform-differs[\s\S]*host2 is declared to build[\s\S]*host1 is linux-arm64/),
      ]);
    }
    expect(await fleet.on("host2", "ls /var/lib/cozy/artifacts/by-source")).toBe(before);
    expect(await served(fleet.urls["host1"] ?? "")).toMatchObject({ version: "three" });
  });
});

import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLoad, type Load } from "../../../src/routing/testing/load.ts";
import { briefly, faultOfFleet } from "../../support/fleet-state.ts";
import { createFleet, type FleetSandbox } from "../../support/fleet.ts";
import { firstMachine, otherMachine, type Machine } from "../../support/other-machine.ts";

/** Long enough for another deployer to come. */
const hook = `hooks: { beforeSwitch: ["sleep", "3"] },`;
const folder = "/var/lib/cozy/environments/tiny-staging";

let fleet: FleetSandbox;
let first: Machine;
let other: Machine;
let load: Load;
beforeAll(async () => {
  fleet = await createFleet({ hosts: 2, more: briefly, appMore: hook });
  [first, other] = [firstMachine(fleet), await otherMachine(fleet)];
  await fleet.ok(["deploy", "staging"]);
  await ok(other, ["status", "staging"]);
  load = startLoad({ url: Object.values(fleet.urls), connections: 2, pauseMs: 10 });
});
afterAll(async () => {
  await load?.stop();
  await fleet?.dispose();
});

describe("deployers on two machines", () => {
  it("let one go, and tell the other who, from where, why and since when", async () => {
    await nextVersion("race");
    const ended = await Promise.all([first, other].map((one) => one.start(["deploy", "staging"]).ended));
    const [winner, loser] = ended.toSorted((a, b) => (a.code ?? 99) - (b.code ?? 99));
    expect(winner?.code, winner?.text).toBe(0);
    expect(loser?.code).toBe(1);
    expect(loser?.text).toContain("lease-held");
    expect(loser?.text).toMatch(
      /held by root on \S+, CI \(process \d+\) for the deploy, since \d{4}-\d\d-\d\d/,
    );
    expect(await faultOfFleet(fleet, "race")).toBeUndefined();
    expect(load.result().errors).toEqual([]);
  });

  it("fence one out on every host that slept until its lease was another's", async () => {
    await nextVersion("stale");
    const sleeper = first.start(["deploy", "staging"]);
    await sleeper.says("hook beforeSwitch");
    process.kill(sleeper.pid, "SIGSTOP");
    const token = await fences();
    await ok(other, ["lease", "staging", "--take-over"]);
    await ok(other, ["abort", "staging"]);
    await nextVersion("newer");
    await ok(other, ["deploy", "staging"]);
    process.kill(sleeper.pid, "SIGCONT");
    const { code, text } = await sleeper.ended;
    expect(code).toBe(1);
    expect(text).toContain("lease-lost");
    expect(text).not.toContain("✓ switch the route table");
    const [least = 0] = token;
    const after = await fences();
    expect(after.every((one) => one > least && one === after[0])).toBe(true);
    expect(await faultOfFleet(fleet, "newer")).toBeUndefined();
    expect(load.result().errors).toEqual([]);
  });

  it("agree on lease, journal and order though their clocks are 20 minutes apart", async () => {
    const [ahead, behind] = [await withClock("ahead", 10), await withClock("behind", -10)];
    await fleet.commit({ "version.txt": "from ahead\n" });
    await ahead.pull();
    const deploying = ahead.start(["deploy", "staging"]);
    await deploying.says("hook beforeSwitch");
    // It holds still meanwhile: its lease lasts half a minute, by the clock of the host that keeps it.
    process.kill(deploying.pid, "SIGSTOP");
    const refused = await Promise.all([behind, first].map((one) => one.start(["deploy", "staging"]).ended));
    process.kill(deploying.pid, "SIGCONT");
    for (const { text } of refused) expect(text).toContain("lease-held");
    expect((await deploying.ended).code).toBe(0);
    expect(await faultOfFleet(fleet, "from ahead")).toBeUndefined();
    // Its journal and its release have earlier times than those before.
    await fleet.commit({ "version.txt": "killed\n" });
    await Promise.all([ahead.pull(), behind.pull()]);
    const killed = await behind.start(["deploy", "staging"], { COZY_FAULT: "in:switch-routes@host1" }).ended;
    expect(killed.code, killed.text).toBe(null);
    await ok(ahead, ["lease", "staging", "--take-over"]);
    await ok(ahead, ["resume", "staging"]);
    expect(await faultOfFleet(fleet, "killed")).toBeUndefined();
    await ok(first, ["rollback", "staging"]);
    expect(await faultOfFleet(fleet, "from ahead")).toBeUndefined();
    expect(load.result().errors).toEqual([]);
  });

  it("all get in where sshd lets two at a time try", async () => {
    await fleet.on(
      "host2",
      "echo 'MaxStartups 2:100:2' >/etc/ssh/sshd_config.d/99-few.conf; systemctl reload ssh",
    );
    const machines: Machine[] = [];
    for (const name of ["a", "b", "c", "d", "e", "f"])
      machines.push(await otherMachine(fleet, { name, home: fleet.home }));
    const crowd = await crowded();
    const looking = machines.map((one) => one.start(["status", "staging", "--json"]));
    await setTimeout(6_000);
    for (const one of crowd) one.destroy();
    for (const { code, text } of await Promise.all(looking.map(({ ended }) => ended))) {
      expect(code, text).toBe(0);
      expect(text).not.toContain("can't be reached");
    }
    await fleet.on("host2", "rm /etc/ssh/sshd_config.d/99-few.conf; systemctl reload ssh");
  });
});

/** Two who never log in, once sshd goes by its new settings and turns a third one away. */
async function crowded(): Promise<readonly Socket[]> {
  for (let round = 0; round < 50; round += 1) {
    const crowd = await Promise.all([silentLogin(), silentLogin()]);
    if ((await greeting()).startsWith("Exceeded MaxStartups")) return crowd;
    for (const one of crowd) one.destroy();
    await setTimeout(200);
  }
  throw new Error("sshd turns nobody away");
}

/** A connection on which nobody logs in, so that it counts as a try. */
async function silentLogin(): Promise<Socket> {
  const socket = connect({ host: fleet.lab.hosts[1]?.address ?? "", port: 22 });
  await once(socket, "data");
  return socket;
}

async function greeting(): Promise<string> {
  const socket = connect({ host: fleet.lab.hosts[1]?.address ?? "", port: 22 });
  const [data] = (await once(socket, "data")) as [Buffer];
  socket.destroy();
  return data.toString();
}

async function nextVersion(version: string): Promise<void> {
  await fleet.commit({ "version.txt": `${version}\n` });
  await other.pull();
}

async function ok(machine: Machine, args: readonly string[]): Promise<void> {
  await machine.pull();
  const { code, text } = await machine.start(args).ended;
  expect(code, text).toBe(0);
}

async function fences(): Promise<number[]> {
  const names = fleet.lab.hosts.map(({ name }) => name);
  return Promise.all(names.map(async (name) => Number(await fleet.on(name, `cat ${folder}/lease/fence`))));
}

/** A machine whose clock is wrong by so many minutes; the hosts' are right. */
async function withClock(name: string, minutes: number): Promise<Machine> {
  const file = join(dirname(fleet.project), `${name}.mjs`);
  await writeFile(
    file,
    `const Right = Date;
globalThis.Date = class extends Right {
  constructor(...given) {
    if (given.length === 0) super(Right.now() + ${minutes * 60_000});
    else super(...given);
  }
  static now() {
    return Right.now() + ${minutes * 60_000};
  }
};
`,
  );
  return otherMachine(fleet, { name, home: fleet.home, env: { NODE_OPTIONS: `--import=${file}` } });
}

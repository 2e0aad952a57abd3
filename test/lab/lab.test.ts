import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { availableParallelism, loadavg } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cgroupRoot } from "../../src/lab/cgroup.ts";
import { imagesFolder, labUp, type Lab } from "../../src/lab/lab.ts";
import { hostLayout, labLayout, networkNamespaces } from "../../src/lab/lab-layout.ts";
import { removeLab } from "../../src/lab/make-lab.ts";
import { tryProgram, type ProgramResult } from "../../src/lab/run-program.ts";
import { leftOfLab } from "./left-of-lab.ts";

const main = join(import.meta.dirname, "../../src/main.ts");
const made: string[] = [];

/** A lab that no other run of the tests has. */
function freshName(): string {
  const name = `t${randomBytes(4).toString("hex")}`;
  made.push(name);
  return name;
}

afterAll(async () => {
  for (const name of made) await removeLab(name, imagesFolder(process.env), AbortSignal.timeout(30_000));
});

function within(ms: number): AbortSignal {
  return AbortSignal.timeout(ms);
}

async function cozy(...args: string[]): Promise<ProgramResult> {
  return tryProgram([process.execPath, main, ...args], within(120_000), { timeoutMs: 120_000 });
}

async function login(lab: Lab, address: string, command: string): Promise<ProgramResult> {
  const options = ["BatchMode=yes", "ConnectTimeout=30", `UserKnownHostsFile=${lab.knownHostsFile}`];
  const words = ["ssh", "-F", "none", "-i", lab.keyFile, ...options.flatMap((option) => ["-o", option])];
  return tryProgram([...words, `root@${address}`, command], within(60_000), { timeoutMs: 60_000 });
}

/** How long the host takes to take a connection; `undefined` where it does not within the time. */
async function connectMs(address: string, timeoutMs = 3_000): Promise<number | undefined> {
  const startedAt = performance.now();
  const socket = await connected(address, timeoutMs).catch(() => undefined);
  socket?.destroy();
  return socket && performance.now() - startedAt;
}

async function connected(address: string, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port: 22, timeout: timeoutMs });
    socket.on("connect", () => resolve(socket));
    socket.on("error", reject);
    socket.on("timeout", () => {
      socket.destroy();
      reject(new Error("timeout"));
    });
  });
}

/** The shortest of some: a busy machine adds to any of them, and takes nothing away. */
async function leastConnectMs(address: string, times = 15): Promise<number> {
  const taken: number[] = [];
  for (let time = 0; time < times; time += 1)
    taken.push((await connectMs(address)) ?? Number.POSITIVE_INFINITY);
  return Math.min(...taken);
}

describe("a lab of two hosts and a balancer", () => {
  let lab: Lab;
  let one = "";
  beforeAll(async () => {
    lab = await labUp({
      name: freshName(),
      hosts: ["web1", "web2"],
      balancer: { readyPath: "/ready", everyMs: 200 },
      diskBytes: 512 * 1024 ** 2,
    });
    one = lab.hosts[0]?.address ?? "";
  }, 900_000);

  it("boots real Debian hosts, which answer SSH with the keys that are pinned", async () => {
    for (const { name, address } of lab.hosts) {
      const { stdout, exitCode, stderr } = await login(
        lab,
        address,
        "hostname; . /etc/os-release; echo $VERSION_ID; ps -o comm= 1",
      );
      expect({ stdout, exitCode }, stderr).toEqual({ stdout: `${name}\n12\nsystemd\n`, exitCode: 0 });
    }
    const keys = new Set([...lab.hosts, lab.balancer].map((host) => host?.hostKey));
    expect(keys.size).toBe(3);
    const { stdout } = await lab.exec("web1", ["systemctl", "is-system-running", "--wait"]);
    expect(stdout).toBe("running\n");
  });

  it("runs a command with its words as they are, and gives its exit code", async () => {
    const words = ["a b", "c'd", '"$HOME"', "e\nf", ""];
    const { stdout } = await lab.exec("web1", ["printf", "<%s>", ...words]);
    expect(stdout).toBe(words.map((word) => `<${word}>`).join(""));
    expect(await lab.exec("web1", ["sh", "-c", "exit 7"])).toMatchObject({ exitCode: 7 });
    const { exitCode, stderr } = await cozy("lab", "exec", "web3", "--name", lab.name, "--", "true");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("lab-host-unknown");
  });

  it("gives hosts the packages of the machine's own sources, and nothing else of the world", async () => {
    const install = await lab.exec("web1", ["apt-get", "install", "--yes", "--no-download", "zstd"], {
      timeoutMs: 60_000,
    });
    expect(install, install.stderr).toMatchObject({ exitCode: 0 });
    const update = await lab.exec("web1", ["apt-get", "update", "--error-on=any"], { timeoutMs: 60_000 });
    expect(update, update.stderr).toMatchObject({ exitCode: 0 });
    const proxy = ["--proxy", "http://198.18.0.1:3142".replace("198.18.0.1", one.replace(/\d+$/, "1"))];
    const ask = [
      "curl",
      "--silent",
      "--max-time",
      "5",
      "--output",
      "/dev/null",
      "--write-out",
      "%{http_code}",
    ];
    expect((await lab.exec("web1", [...ask, ...proxy, "http://www.example.org/"])).stdout).toBe("403");
    expect((await lab.exec("web1", [...ask, "http://192.0.2.1/"])).stdout).toBe("000");
  });

  it("cuts a link and heals it; the host lives on meanwhile", async () => {
    await lab.cut("web1");
    expect(await connectMs(one, 500)).toBeUndefined();
    expect((await lab.exec("web1", ["cat", "/sys/class/net/host0/carrier"])).stdout).toBe("0\n");
    expect(await connectMs(lab.hosts[1]?.address ?? "", 30_000)).toBeDefined();
    await lab.heal("web1");
    expect(await connectMs(one, 30_000)).toBeDefined();
  });

  it("slows a link down by what was asked, and loses no connection by that", async () => {
    const kept = await connected(one, 3_000);
    let ended = false;
    kept.setTimeout(0);
    kept.on("close", () => (ended = true));
    const greeting = new Promise<string>((resolve) =>
      kept.once("data", (chunk) => resolve(chunk.toString())),
    );
    const before = await leastConnectMs(one);
    await lab.slow("web1", { delayMs: 80, lossPercent: 0 });
    const slow = await leastConnectMs(one);
    expect(slow - before).toBeGreaterThan(75);
    expect(slow - before).toBeLessThan(120);
    // As much as fills every buffer on the way: what a wire does to packets that the kernel has not cut up would show.
    const bytes = await login(lab, one, "head -c 20000000 /dev/zero | sha256sum; head -c 20000000 /dev/zero");
    expect(bytes.stdout.length).toBeGreaterThan(20_000_000);
    await lab.slow("web1", { delayMs: 20, lossPercent: 20 });
    const times = await Promise.all(Array.from({ length: 40 }, async () => connectMs(one, 2_000)));
    expect(times.filter((ms) => ms === undefined || ms > 500).length).toBeGreaterThan(3);
    await lab.heal("web1");
    expect(await leastConnectMs(one)).toBeLessThan(20);
    expect(await greeting).toMatch(/^SSH-2\.0-/);
    expect(ended).toBe(false);
    kept.destroy();
  });

  it("cuts a host's power and boots it again, with what it had written and the same key", async () => {
    await lab.exec("web2", ["sh", "-c", "echo written > /var/lib/kept && sync"]);
    const boot = async () => (await lab.exec("web2", ["cat", "/proc/1/stat"])).stdout.split(" ")[21];
    const before = await boot();
    await lab.kill("web2");
    expect(await connectMs(lab.hosts[1]?.address ?? "", 500)).toBeUndefined();
    await expect(lab.exec("web2", ["true"])).rejects.toMatchObject({ code: "lab-host-off" });
    await lab.reboot("web2");
    expect(await login(lab, lab.hosts[1]?.address ?? "", "cat /var/lib/kept")).toMatchObject({
      stdout: "written\n",
    });
    const after = await boot();
    expect(after).not.toBe(before);
    await lab.reboot("web2");
    expect(await boot()).not.toBe(after);
    // This time it shut down in order.
    const { stdout } = await lab.exec("web2", ["journalctl", "--boot=-1", "--output=cat", "--lines=30"]);
    expect(stdout).toContain("Journal stopped");
  });

  it("has disks of the size that was asked for", async () => {
    const { stdout } = await lab.exec("web1", ["df", "--output=size", "--block-size=1M", "/"]);
    expect(stdout.split("\n")[1]?.trim()).toBe("512");
  });

  it("spreads requests over the hosts that are ready", async () => {
    for (const { name } of lab.hosts) {
      await lab.exec(name, [
        "sh",
        "-c",
        `mkdir -p /srv/www && cd /srv/www && echo ${name} | tee ready > index.html`,
      ]);
      await lab.exec(name, [
        "systemd-run",
        "--quiet",
        "python3",
        "-m",
        "http.server",
        "--directory",
        "/srv/www",
        "80",
      ]);
    }
    const ask = async () =>
      (await fetch(`http://${lab.balancer?.address}/`, { signal: within(3_000) })).text();
    const answers = async () =>
      new Set([await ask(), await ask(), await ask(), await ask()].map((text) => text.trim()));
    const answersAre = (...names: string[]) =>
      expect.poll(answers, { timeout: 60_000 }).toEqual(new Set(names));
    await answersAre("web1", "web2");
    await lab.exec("web2", ["rm", "/srv/www/ready"]);
    await answersAre("web1");
    await lab.exec("web2", ["cp", "/srv/www/index.html", "/srv/www/ready"]);
    await answersAre("web1", "web2");
    await lab.kill("web2");
    await answersAre("web1");
  });

  it("tells of itself what is needed to reach it", async () => {
    const { stdout } = await cozy("lab", "status", "--name", lab.name, "--json");
    const [shown] = (JSON.parse(stdout) as { labs: { hosts: object[]; keyFile: string }[] }).labs;
    expect(shown?.keyFile).toBe(lab.keyFile);
    expect(shown?.hosts).toMatchObject([
      { ...lab.hosts[0], sshPort: 22, on: true, cut: false },
      { ...lab.hosts[1], on: false },
      { ...lab.balancer, on: true },
    ]);
  });

  it("leaves nothing behind, though a link is slow, a host off and somebody stands in a disk", async () => {
    await lab.slow("web1", { delayMs: 10, lossPercent: 0 });
    const standing = spawn("sleep", ["60"], { cwd: join(labLayout(lab.name).folder, "hosts/web1/root/etc") });
    expect(await leftOfLab(lab.name)).not.toEqual([]);
    await lab.down();
    expect(await leftOfLab(lab.name)).toEqual([]);
    standing.kill("SIGKILL");
    await lab.down();
  });
});

/** What is there of a lab that is being made, from its first moment on. */
const stages: Readonly<Record<string, (lab: string, cgroups: string) => string>> = {
  "its name": (lab) => labLayout(lab).state,
  "its network": (lab) => join(networkNamespaces, labLayout(lab).switch),
  "a host's disk": (lab) => hostLayout(lab, "host1").upper,
  "a host's network": (lab) => join(networkNamespaces, hostLayout(lab, "host1").network),
  "a host that boots": (lab, cgroups) => join(cgroups, hostLayout(lab, "host1").cgroup, "payload"),
};

/** The command that makes a lab, once it has come so far and goes on. */
async function upUntil(lab: string, stage: string): Promise<ChildProcess> {
  const file = stages[stage]?.(lab, await cgroupRoot()) ?? "";
  const words = [main, "lab", "up", "--name", lab, "--hosts", "4"];
  const up = spawn(process.execPath, words, { stdio: "ignore" });
  while (!existsSync(file) && up.exitCode === null) await setTimeout(1);
  expect(up.exitCode, `it ended before there was ${stage}`).toBeNull();
  return up;
}

describe("making a lab", () => {
  it.each(Object.keys(stages))("leaves nothing after a SIGKILL once there is %s", async (stage) => {
    const name = freshName();
    const up = await upUntil(name, stage);
    up.kill("SIGKILL");
    await once(up, "exit");
    expect(await cozy("lab", "status")).toMatchObject({ exitCode: 0 });
    // A fast machine may have been done before the signal.
    if (existsSync(labLayout(name).state)) await cozy("lab", "down", "--name", name);
    expect(await leftOfLab(name)).toEqual([]);
  });

  it("takes away what there is when it is interrupted", async () => {
    const name = freshName();
    const up = await upUntil(name, "a host that boots");
    up.kill("SIGTERM");
    expect(await once(up, "exit")).toEqual([130, null]);
    expect(await leftOfLab(name)).toEqual([]);
  });

  it("tells of a lab whose program was killed, and leaves it to whoever may want to look at it", async () => {
    const [name, another] = [freshName(), freshName()];
    const lab = JSON.stringify(join(import.meta.dirname, "../../src/lab/lab.ts"));
    const script = `import { labUp } from ${lab};
      await labUp({ name: "${name}", hosts: 1 });
      process.kill(process.pid, "SIGKILL");`;
    await tryProgram([process.execPath, "--input-type=module", "-e", script], within(60_000), {
      timeoutMs: 60_000,
    });
    const { stdout: shown } = await cozy("lab", "status");
    expect(shown).toMatch(new RegExp(`${name}.* left behind`));
    expect(shown).toContain(`  cozy lab down --name ${name}\n`);
    const { stdout: up } = await cozy("lab", "up", "--name", another, "--hosts", "1");
    expect(up).toContain(`  cozy lab down --name ${name}\n`);
    expect(up).toContain(` in ${process.cwd()}\n`);
    expect(up).not.toMatch(new RegExp(`${another}.* left behind`));
    await cozy("lab", "down", "--name", name);
    const { stdout } = await cozy("lab", "status", "--json");
    const { labs } = JSON.parse(stdout) as { labs: { name: string }[] };
    const ofThese = labs.filter((one) => [name, another].includes(one.name));
    expect(ofThese).toMatchObject([{ name: another, leftBehind: false }]);
    await cozy("lab", "down", "--name", another);
  });

  it("gives labs that are made at the same time networks of their own, and a name once", async () => {
    const [first, second] = [freshName(), freshName()];
    const results = await Promise.allSettled([
      labUp({ name: first, hosts: 1 }),
      labUp({ name: second, hosts: 1 }),
      labUp({ name: second, hosts: 1 }),
    ]);
    const labs = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    expect(labs.map(({ name }) => name).toSorted()).toEqual([first, second].toSorted());
    expect(new Set(labs.map(({ hosts }) => hosts[0]?.address)).size).toBe(2);
    for (const lab of labs) await lab.down();
    for (const { name } of labs) expect(await leftOfLab(name)).toEqual([]);
  });

  it("boots four hosts in seconds", async () => {
    const startedAt = performance.now();
    const lab = await labUp({ name: freshName(), hosts: 4 });
    const tookMs = performance.now() - startedAt;
    console.log(`4 hosts answered SSH after ${Math.round(tookMs)} ms`);
    await lab.down();
    // About 3 s on two idle cores; the limit only tells a boot that waits for something from one that does not.
    const busy = Math.max(1, (loadavg()[0] ?? 0) / availableParallelism());
    expect(tookMs).toBeLessThan(15_000 * busy);
  });
});

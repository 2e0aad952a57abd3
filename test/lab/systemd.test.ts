import { setTimeout as wait } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { instanceUnit, serverLayout, type ServerLayout } from "../../src/hosts/server-layout.ts";
import { instancesContract } from "../../src/instances/contract.ts";
import type { InstanceSpec, InstanceStatus, KilledInstance } from "../../src/instances/instance.ts";
import { rootFiles } from "../../src/instances/systemd/root-files.ts";
import { setupScript } from "../../src/setup/setup-script.ts";
import { labUp, type Lab } from "../../src/lab/lab.ts";
import type { ProcessType } from "../../src/project/project.ts";
import { nodeApplication, wsgiApplication } from "./systemd/applications.ts";
import { labServer, nodeThere, type LabServer, type Remote } from "./systemd/lab-server.ts";

/** On a real host with a real systemd: what is generated here starts there, and holds what it promises. */
const secret = "hunter2-of-the-lab";
const node = serverLayout("trial", "node");
const python = serverLayout("trial", "python");
let lab: Lab;
let server: LabServer;
let onNode: Remote;
let onPython: Remote;

beforeAll(async () => {
  lab = await labUp({ name: "systemd", hosts: 1 });
  server = await labServer(host().address, lab.keyFile);
  await server.sh("apt-get install -y --no-install-recommends gunicorn >/dev/null");
  await prepare(node, "node");
  await prepare(python, "python");
  onNode = server.connect("trial", "node");
  onPython = server.connect("trial", "python");
}, 600_000);
afterAll(async () => {
  await Promise.all([onNode?.close(), onPython?.close()]);
  await lab?.down();
});
afterEach(async () => {
  for (const remote of [onNode, onPython]) {
    const left = await remote.call<readonly InstanceStatus[]>("list");
    for (const release of new Set(left.map(({ id }) => id.release))) await remote.call("stop", { release });
  }
});

const scripts = { runs: "exec sleep 1000", exits: "exit 1", "cannot start": "" };
instancesContract("a server's systemd", async () => ({
  instances: {
    async start(specs, signal) {
      signal.throwIfAborted();
      return whole(await onNode.call<readonly InstanceStatus[]>("start", specs));
    },
    stop: (select) => onNode.call<readonly KilledInstance[]>("stop", select),
    retire: (select, at) => onNode.call("retire", select, at ?? null),
    list: async () => whole(await onNode.call<readonly InstanceStatus[]>("list")),
  },
  spec(name, behaviour, more) {
    const spec = shell(name, scripts[behaviour], more);
    return behaviour === "cannot start" ? { ...spec, command: ["/no/such/program"] } : spec;
  },
  close: async () => {},
}));

describe("an application in its sandbox", () => {
  it("of Node answers nginx's user, and finds its machine", async () => {
    await onNode.call("start", [nodeServer("r1/web.0")]);
    expect(await ask(node, "r1/web.0", "/secret")).toBe("true");
    const machine = JSON.parse(await ask(node, "r1/web.0", "/machine"));
    expect(machine.processors).toBeGreaterThan(0);
    expect(machine.addresses).toContain("lo");
  });

  it("of gunicorn, which gives its socket to its own user, answers nginx's user", async () => {
    await onPython.call("start", [gunicorn("r1/web.0")]);
    expect(await ask(python, "r1/web.0", "/secret")).toBe("true");
  });

  it("has the variables of its release and no others", async () => {
    await onNode.call("start", [nodeServer("r1/web.0")]);
    expect(await ask(node, "r1/web.0", "/environment")).toBe("COZY_INSTANCE ODD PATH SECRET");
  });

  it("keeps its secrets from the list of processes, from the journal and from every other process", async () => {
    await onNode.call("start", [nodeServer("r1/web.0")]);
    await ask(node, "r1/web.0", "/secret");
    const anybody = await server.sh(
      `runuser -u nobody -- ps axeww; systemctl show ${unitOf(node, "r1/web.0")}; journalctl --all -o json`,
    );
    expect(anybody).toContain("server.mjs");
    expect(anybody).not.toContain(secret);
    const holders = await server.sh(`grep -la ${secret} /proc/[0-9]*/environ /proc/[0-9]*/cmdline`, {
      fails: true,
    });
    const pids = await server.sh(
      `cat /sys/fs/cgroup$(systemctl show --property=ControlGroup --value ${unitOf(node, "r1/web.0")})/cgroup.procs`,
    );
    const own = new Set(pids.split("\n").map((pid) => `/proc/${pid}/environ`));
    // The shell that asks has it among its own words.
    const others = holders.split("\n").filter((file) => file.endsWith("environ") && !own.has(file));
    expect(others).toEqual([]);
    expect(holders).toContain("environ");
  });

  it("writes where that is declared, and nowhere else", async () => {
    await onNode.call("start", [nodeServer("r1/web.0")]);
    const write = (to: string) => ask(node, "r1/web.0", `/write?to=${to}`);
    const { paths } = node;
    expect(await write(`${paths.database}/x`)).toBe("written");
    expect(await write(`${paths.persist}/x`)).toBe("written");
    expect(await write("/tmp/x")).toBe("written");
    expect(await write(`${node.run}/r1/x`)).toBe("written");
    for (const folder of [
      paths.media,
      paths.schedules,
      paths.releases,
      `${paths.releases}/r1/app`,
      paths.root,
      node.instances,
      node.run,
    ]) {
      expect([folder, await write(`${folder}/x`)]).toEqual([
        folder,
        expect.stringMatching(/^E(ROFS|ACCES)$/),
      ]);
    }
    for (const folder of ["/etc", "/var/tmp/..", "/usr/lib/cozy", "/home", "/root", python.paths.database]) {
      expect([folder, await write(`${folder}/x`)]).toEqual([
        folder,
        expect.stringMatching(/^E(ROFS|ACCES|NOENT)$/),
      ]);
    }
    expect(await server.sh(`stat -c '%U %G %a' ${paths.database}/x`)).toBe("trial-node trial-node 660");
    expect(await server.sh("ls /tmp")).not.toContain("x\n");
  });

  it("is brought back ever more slowly where it ends at once, and is stopped without delay", async () => {
    const starts = `${node.paths.database}/starts`;
    await onNode.call("start", [shell("r1/worker.0", `date +%s%3N >> ${starts}; exit 3`)]);
    const begun = async () => (await server.sh(`cat ${starts}`, { fails: true })).split("\n").map(Number);
    expect(await eventually(async () => (await begun()).length >= 7)).toBe(true);
    const times = await begun();
    // However busy the machine is, none comes earlier; clocks are read in whole milliseconds, and `sleep` is no clock.
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0) + 20);
    expect(gaps.filter((gap, index) => gap < 100 * 2 ** index)).toEqual([]);
    const status = async () => (await onNode.call<readonly InstanceStatus[]>("list"))[0];
    expect(await eventually(async () => (await status())?.state === "backing-off")).toBe(true);
    expect((await status())?.lastExit).toMatchObject({ code: 3, signal: null });
    const began = Date.now();
    await onNode.call("stop", { release: "r1" });
    // The present wait is one of 6.4 s.
    expect(Date.now() - began).toBeLessThan(5_600);
  });

  it("is looked at again without a program for it, until its life ends", async () => {
    await onNode.call("start", [shell("r1/worker.0", scripts.runs)]);
    const [running] = await onNode.call<readonly InstanceStatus[]>("list");
    const before = await onNode.call<number>("programs");
    expect(await onNode.call("list")).toMatchObject([{ state: "running", restarts: 0, pid: running?.pid }]);
    expect(await onNode.call("programs")).toBe(before);
    await server.sh(`kill -9 ${running?.pid}`);
    const restarts = async () => (await onNode.call<readonly InstanceStatus[]>("list"))[0]?.restarts;
    await expect.poll(restarts, { timeout: 60_000 }).toBe(1);
    expect(await onNode.call("programs")).toBeGreaterThan(before);
  });

  it("tells which signal ended it", async () => {
    await onNode.call("start", [shell("r1/worker.0", "kill -KILL $$")]);
    const lastExit = async () => (await onNode.call<readonly InstanceStatus[]>("list"))[0]?.lastExit;
    expect(await eventually(async () => (await lastExit()) !== undefined)).toBe(true);
    expect(await lastExit()).toMatchObject({ code: null, signal: "SIGKILL" });
  });

  it("that does not end in time is killed, and that is told", async () => {
    const specs = [
      shell("r1/worker.0", "trap '' TERM; echo deaf; while :; do sleep 1; done"),
      shell("r1/web.0", "exec sleep 1000"),
    ];
    const [deaf] = await onNode.call<readonly InstanceStatus[]>("start", specs);
    expect(await eventually(() => onNode.call<boolean>("seen", deaf, "deaf"))).toBe(true);
    const killed = await onNode.call("stop", { release: "r1" });
    expect(killed).toEqual([{ id: { release: "r1", type: "worker", index: 0 }, afterMs: 2_000 }]);
  });

  it("of a type that has no unit is not started, which is taken back like any other start", async () => {
    const specs = [shell("r1/other.0", "exec sleep 1000")];
    await expect(onNode.call("start", specs)).rejects.toThrow("did not carry out an order: start");
    await onNode.call("start", [shell("r1/worker.0", "exec sleep 1000")]);
    expect(await onNode.call("stop", { release: "r1" })).toEqual([]);
    expect(await onNode.call("list")).toEqual([]);
    expect(await server.sh("systemctl is-active trial-node-worker@r1.0.service", { fails: true })).toBe(
      "inactive",
    );
  });

  it("whose runs of schedules go on is no reason to end them", async () => {
    const script = "sleep 1000 & echo $! > /tmp/../run/trial-node/r1/child; exec sleep 1000";
    await server.sh(`install -d -o cozy -g trial-node-http -m 2770 ${node.paths.run}/r1`);
    await onNode.call("start", [shell("r1/schedules.0", script)]);
    const told = `${node.paths.run}/r1/child`;
    const child = await server.sh(`until test -s ${told}; do sleep 0.1; done; cat ${told}`);
    await onNode.call("stop", { release: "r1" });
    expect(await server.sh(`ps -o args= -p ${child}; kill ${child}`)).toBe("sleep 1000");
  });
});

describe("an application that takes too much memory", () => {
  it("is ended and brought back, and the others are left alone", async (context) => {
    const controllers = await server.sh("cat /sys/fs/cgroup/cgroup.controllers");
    context.skip(
      !controllers.includes("memory"),
      "this machine's cgroup2 has no memory controller to give to a lab",
    );
    await onNode.call("start", [nodeServer("r1/web.0"), nodeServer("r2/web.0")]);
    await ask(node, "r1/web.0", "/hog");
    const hog = async () => (await onNode.call<readonly InstanceStatus[]>("list"))[0];
    expect(await eventually(async () => ((await hog())?.restarts ?? 0) > 0)).toBe(true);
    expect(await ask(node, "r1/web.0", "/secret")).toBe("true");
    expect(await onNode.call("list")).toMatchObject([{ restarts: 1 }, { restarts: 0 }]);
  });

  it("has its limit from systemd", async () => {
    await onNode.call("start", [nodeServer("r1/web.0")]);
    const limits = "--property=MemoryMax,MemoryHigh,MemorySwapMax,TasksMax";
    const shown = await server.sh(`systemctl show ${limits} ${unitOf(node, "r1/web.0")}`);
    expect(shown.split("\n").sort()).toEqual([
      "MemoryHigh=199229440",
      "MemoryMax=209715200",
      "MemorySwapMax=0",
      "TasksMax=1024",
    ]);
  });
});

describe("a host that is booted again", () => {
  it("brings back what was half-way stopped and then wanted again", async () => {
    const [before] = await onNode.call<readonly InstanceStatus[]>("start", [nodeServer("r1/web.0")]);
    await server.sh(`systemctl disable --no-reload ${unitOf(node, "r1/web.0")}`);
    const [after] = await onNode.call<readonly InstanceStatus[]>("start", [nodeServer("r1/web.0")]);
    expect(after?.pid).toBe(before?.pid);
    expect(await server.sh(`systemctl is-enabled ${unitOf(node, "r1/web.0")}`)).toBe("enabled");
  });

  it("brings back what is wanted, with its sockets, and not what was retired", async () => {
    await onNode.call("start", [nodeServer("r1/web.0"), nodeServer("r2/web.0")]);
    await onNode.call("retire", { release: "r1" }, Date.now() + 3_600_000);
    await Promise.all([onNode.close(), onPython.close()]);
    await lab.reboot(host().name);
    onNode = server.connect("trial", "node");
    onPython = server.connect("trial", "python");
    expect(await ask(node, "r2/web.0", "/secret")).toBe("true");
    const after = await onNode.call<readonly InstanceStatus[]>("list");
    expect(after.map(({ id, state }) => [id.release, state])).toEqual([["r2", "running"]]);
  });
});

describe("the variables that systemd reads as root", () => {
  const unit = unitOf(node, "r1/worker.0");
  const laid = `${node.instances}/worker@r1.0/environment`;
  const { credentials, control } = node;
  const started = () => onNode.call("start", [shell("r1/worker.0", "exec sleep 1000")]);
  const link = (place: string) => server.sh(`runuser -u cozy -- ln -sfn /etc/shadow ${place}`);
  const asCozy = (words: string) =>
    server.sh(`runuser -u cozy -- sudo -n ${control} ${words} 2>&1; echo "code $?"`);
  const secretOf = async () =>
    server.sh(`tr '\\0' '\\n' </proc/$(systemctl show -p MainPID --value ${unit})/environ | grep SECRET`, {
      fails: true,
    });
  const isBack = () => eventually(async () => (await secretOf()) === `SECRET=${secret}`);
  const kept = () => server.sh(`find ${credentials} -type f -printf '%f %U %m\\n'`);

  it("are none of root's own, whatever the user that deploys has laid in their place", async () => {
    await started();
    await link(laid);
    expect(await asCozy(`start ${unit}`)).toMatch(/Permission denied\ncode 3$/);
    // As after a boot, and whenever it ends.
    await server.sh(`systemctl restart ${unit}`);
    expect(await isBack()).toBe(true);
    const once = `${node.instances}/once@evil`;
    await server.sh(
      `runuser -u cozy -- sh -c 'mkdir ${once}; echo ". \\$CREDENTIALS_DIRECTORY/environment" >${once}/start; chmod 644 ${once}/start'`,
    );
    await link(`${once}/environment`);
    expect(await asCozy("once trial-node evil")).toMatch(/Permission denied\ncode 125$/);
    await server.sh(`rm -r ${once}`);
    const roots = (await server.sh("head -n 1 /etc/shadow")).slice(0, "root:*:".length);
    expect(await server.sh(`journalctl --all -u '${node.id}*'`)).not.toContain(roots);
    // Root itself has nobody whose rights these could be.
    expect(await server.sh(`${control} start ${unit} 2>/dev/null; echo $?`)).toBe("77");
  });

  it("are root's, there for each start again, and gone with the instance", async () => {
    await started();
    expect(await kept()).toBe(`${unit} 0 600`);
    expect(await server.sh(`stat -c '%U %a' ${credentials}`)).toBe("root 700");
    await server.sh(`rm ${laid}; systemctl kill --signal=KILL ${unit}`);
    expect(await isBack()).toBe(true);
    await onNode.call("retire", { release: "r1" }, 0);
    expect(await eventually(async () => (await kept()) === "")).toBe(true);
    await started();
    await onNode.call("stop", { release: "r1" });
    expect(await kept()).toBe("");
  });

  it("are taken over by a set-up from instances that a former cozy has started", async () => {
    const script = setupScript([{ kind: "credentials", id: node.id, user: "cozy" }], { check: false });
    await started();
    await server.sh(`rm ${credentials}/${unit}`);
    expect(await server.sh(script)).toContain('"changed"');
    expect(await server.sh(script)).toContain('"unchanged"');
    expect(await kept()).toBe(`${unit} 0 600`);
    await server.sh(`systemctl restart ${unit}`);
    expect(await isBack()).toBe(true);
    await server.sh(`rm ${credentials}/${unit}`);
    await link(laid);
    expect(await server.sh(script, { fails: true })).toContain('"failed"');
    expect(await kept()).toBe("");
  });
});

describe("the journal", () => {
  it("gives the last lines of an instance, and the text that it is waited for", async () => {
    const go = `${node.paths.database}/go`;
    const say = `for i in 1 2 3; do echo line $i; done; until test -e ${go}; do sleep 0.1; done; echo at work; exec sleep 1000`;
    const [status] = await onNode.call<readonly InstanceStatus[]>("start", [shell("r1/worker.0", say)]);
    expect(await onNode.call("seen", status, "at work")).toBe(false);
    await server.sh(`touch ${go}`);
    expect(await eventually(() => onNode.call<boolean>("seen", status, "at work"))).toBe(true);
    expect(await onNode.call("tail", status?.id, 2)).toEqual(["line 3", "at work"]);
    await onNode.call("stop", { release: "r1" });
    const [again] = await onNode.call<readonly InstanceStatus[]>("start", [
      shell("r1/worker.0", "exec sleep 1000"),
    ]);
    // What it printed in its life before does not count.
    expect(await onNode.call("seen", again, "at work")).toBe(false);
  });

  it("is read by release, type, level and time, and followed", async () => {
    const lines = [
      "INFO quiet",
      '{"level":50,"msg":"broken"}',
      "<3>by priority",
      "\u001b[31mred\u001b[0m",
      "x".repeat(6_000),
    ];
    const say = lines.map((line) => `printf '%s\\n' '${line}'`).join("; ");
    await onNode.call("start", [
      shell("r7/worker.0", `${say}; exec sleep 1000`),
      shell("r7/web.0", "echo web; exec sleep 1000"),
    ]);
    type Line = { line: string; level: string; cursor: string; at: number };
    const read = () => onNode.call<Line[]>("readJournal", { release: "r7", type: "worker", lines: 50 });
    await expect.poll(async () => (await read()).length, { timeout: 60_000 }).toBe(lines.length);
    const all = await read();
    expect(all.map(({ line }) => line)).toEqual(["INFO quiet", lines[1], "by priority", lines[3], lines[4]]);
    const bad = await onNode.call<Line[]>("readJournal", { release: "r7", level: "error", lines: 50 });
    expect(bad.map(({ line, level }) => [level, line])).toEqual([
      ["error", lines[1]],
      ["error", "by priority"],
    ]);
    expect(await onNode.call("readJournal", { release: "r7", lines: 50, since: Date.now() + 1000 })).toEqual(
      [],
    );
    const following = onNode.call<string[]>("follow", { release: "r8" }, all.at(-1)?.cursor, 2);
    await onNode.call("start", [shell("r8/worker.0", "echo new; sleep 0.2; echo newer; exec sleep 1000")]);
    expect(await following).toEqual(["new", "newer"]);
    await onNode.call("stop", { release: "r8" });
  });
});

describe("a command that runs to its end", () => {
  const once = (script: string, more: object = {}) => ({
    release: "r1",
    command: ["/bin/sh", "-c", script],
    folder: "/",
    variables: { PATH: "/usr/bin:/bin", SECRET: secret },
    limits: { memoryBytes: undefined, openFiles: 300 },
    secrets: [secret],
    ...more,
  });
  type Result = { exitCode: number | null; signal: string | null; lines: string[] };

  it("runs as the application's user with its variables, and its output comes line by line without secrets", async () => {
    const script = 'id -un; ulimit -n; echo "$SECRET"; echo oops >&2; touch /etc/x; exit 7';
    const result = await onNode.call<Result>("runOnce", once(script), null);
    expect(result).toMatchObject({ exitCode: 7, signal: null });
    expect(result.lines.filter((line) => line.startsWith("stdout"))).toEqual([
      "stdout trial-node",
      "stdout 300",
      "stdout [REDACTED]",
    ]);
    expect(result.lines).toContain("stderr oops");
    expect(result.lines.join()).toContain("Read-only file system");
    expect(await server.sh(`ls ${node.instances}`)).toBe("");
  });

  it("tells the signal that ended it, and what is not there", async () => {
    expect(await onNode.call("runOnce", once("kill -TERM $$"), null)).toMatchObject({
      exitCode: null,
      signal: "SIGTERM",
    });
    expect(await onNode.call("runOnce", once("", { command: ["no-such-program"] }), null)).toMatchObject({
      exitCode: 127,
    });
  });

  it("is ended on the host when it is given up", async () => {
    const began = Date.now();
    await expect(onNode.call("runOnce", once("echo begun; exec sleep 4321"), 500)).rejects.toThrow("aborted");
    expect(Date.now() - began).toBeLessThan(30_000);
    expect(await server.sh("pgrep -f 'sleep 4321$'", { fails: true })).toBe("");
    // Also one that had not begun.
    await expect(onNode.call("runOnce", once("exec sleep 4321"), 1)).rejects.toThrow("aborted");
    expect(await server.sh("sleep 0.5; pgrep -f 'sleep 4321$'", { fails: true })).toBe("");
  });

  /** Types once it says that it is at a terminal, and ends no input before the command's end: a person's terminal has none either. */
  async function atTerminal(script: string, typed: string, variables: object = {}) {
    const request = once(script);
    const command = await onNode.call<string[]>("openOnce", {
      ...request,
      variables: { ...request.variables, ...variables },
    });
    const [program = "", ...words] = server.terminal(command);
    const typing = execa(program, words, { stdin: "pipe", reject: false });
    typing.stdout.on("data", (text: Buffer) => {
      if (text.includes("at a terminal")) typing.stdin.write(typed);
    });
    return typing;
  }

  it("has a terminal where a person asks for one", async () => {
    const { stdout, exitCode } = await atTerminal(
      "test -t 0 && test -t 1 && echo at a terminal; read -r name; echo hello $name",
      "Ada\n",
    );
    expect(stdout).toContain("at a terminal");
    expect(stdout).toContain("hello Ada");
    expect(exitCode).toBe(0);
  });

  it("has a place for a shell's history there, which is gone with it", async () => {
    const { stdout, exitCode } = await atTerminal(
      `echo at a terminal; ${nodeThere} && cat "$HOME/.node_repl_history"`,
      "6 * 7\n.exit\n",
      { HOME: node.paths.root },
    );
    expect(stdout).toContain("42");
    expect(stdout).not.toContain("history file");
    expect(exitCode).toBe(0);
    expect(await server.sh("find / /tmp -xdev -name .node_repl_history")).toBe("");
  });

  it.each([
    ["by a Ctrl-C", "echo at a terminal; exec sleep 4322", 130],
    ["by its own code", "trap 'exit 7' INT; echo at a terminal; while :; do sleep 0.1; done", 7],
    [
      "well, where it minds the Ctrl-C",
      "trap 'exit 0' INT; echo at a terminal; while :; do sleep 0.1; done",
      0,
    ],
  ])("ends there %s", async (_, script, code) => {
    expect(await atTerminal(script, "\u0003")).toMatchObject({ exitCode: code });
    expect(await server.sh("pgrep -f 'sleep 4322$'", { fails: true })).toBe("");
    expect(await server.sh("systemctl list-units --failed --plain --no-legend 'trial-node.once@*'")).toBe("");
  });
});

describe("root's own", () => {
  it("is in order for sudo, systemd and logrotate", async () => {
    await server.sh("visudo -c -q");
    await server.sh("systemd-analyze verify /etc/systemd/system/trial-*@.service");
    const { logs } = node.paths;
    for (const day of [1, 2]) {
      await server.sh(
        `echo '{"day":${day}}' > ${logs}/access.log; echo 'day ${day}' > ${logs}/proxy.log; logrotate --force /etc/logrotate.d/trial-node`,
      );
    }
    expect(await server.sh(`cat ${logs}/access.log.1 ${logs}/proxy.log.1`)).toBe('{"day":2}\nday 2');
    expect(await server.sh(`zcat ${logs}/access.log.2.gz ${logs}/proxy.log.2.gz`)).toBe('{"day":1}\nday 1');
  });

  it("does nothing but what it is for", async () => {
    const as = (words: string) =>
      server.sh(`runuser -u cozy -- sudo -n ${words}; echo $?`).then((text) => text.split("\n").at(-1));
    expect(await as("/usr/lib/cozy/control stop ssh.service 2>/dev/null")).toBe("65");
    expect(await as("/usr/lib/cozy/control start trial-node-web@x.0.service ssh.service 2>/dev/null")).toBe(
      "65",
    );
    expect(await as("/usr/lib/cozy/control once other-app x 2>/dev/null")).toBe("65");
    expect(await as("/bin/sh -c id 2>/dev/null")).toBe("1");
    expect(await server.sh("systemctl is-active ssh.service")).toBe("active");
  });
});

function host() {
  const [first] = lab.hosts;
  if (first === undefined) throw new Error("the lab has no host");
  return first;
}

async function prepare(layout: ServerLayout, engine: "node" | "python"): Promise<void> {
  const app = { runtime: { engine, version: "", source: "" }, persist: ["data"] };
  const environment = {
    processes: { web: processType(), worker: processType() },
    database: { kind: "sqlite", variable: "DATABASE_URL" },
    media: undefined,
    backups: undefined,
  } as const;
  await server.prepare(layout, rootFiles({ layout, app, environment, user: "cozy" }));
  const variables = { PATH: "/usr/bin:/bin", SECRET: secret, ODD: `a 'b' "c" $d \`e\` \\f\nüñ` };
  const app64 = (text: string) => `printf %s ${Buffer.from(text).toString("base64")} | base64 -d`;
  await server.sh(`
umask 027
for release in r1 r2; do
  mkdir -p ${layout.paths.releases}/$release/app
  ${app64(nodeApplication)} > ${layout.paths.releases}/$release/app/server.mjs
  ${app64(wsgiApplication)} > ${layout.paths.releases}/$release/app/site_wsgi.py
done
chown -R cozy:${layout.id} ${layout.paths.releases}
umask 077
${app64(JSON.stringify({ format: 1, variables }))} > ${environmentFile(layout)}
chown cozy:cozy ${environmentFile(layout)}`);
}

function processType(): ProcessType {
  return {
    command: ["unused"],
    count: 1,
    listen: "socket",
    ready: undefined,
    singleton: false,
    stopSignal: "SIGTERM",
    stopTimeoutMs: 2_000,
    limits: { memoryBytes: 200 * 1024 * 1024, openFiles: undefined },
  };
}

function environmentFile(layout: ServerLayout): string {
  return `${layout.paths.root}/environment.json`;
}

function nodeServer(name: string): InstanceSpec {
  const { release, socket } = placeOf(node, name);
  const folder = `${node.paths.releases}/${release}/app`;
  return { ...shell(name, ""), command: [nodeThere, "server.mjs", socket], folder, socket };
}

function gunicorn(name: string): InstanceSpec {
  const { release, socket } = placeOf(python, name);
  const command = ["gunicorn", "--bind", `unix:${socket}`, "site_wsgi:application"];
  const folder = `${python.paths.releases}/${release}/app`;
  return { ...shell(name, ""), command, folder, socket, environmentFile: environmentFile(python) };
}

function shell(name: string, script: string, more: Partial<InstanceSpec> = {}): InstanceSpec {
  const { release, type, index } = placeOf(node, name);
  return {
    id: { release, type, index },
    command: ["/bin/sh", "-c", script],
    folder: "/",
    environmentFile: environmentFile(node),
    variables: { COZY_INSTANCE: `${type}.${index}` },
    socket: undefined,
    logFile: "/none",
    stopSignal: "SIGTERM",
    stopTimeoutMs: 2_000,
    limits: { memoryBytes: undefined, openFiles: undefined },
    ...more,
  };
}

function placeOf(layout: ServerLayout, name: string) {
  const [release = "", rest = ""] = name.split("/");
  const [type = "", index = ""] = rest.split(".");
  return { release, type, index: Number(index), socket: `${layout.run}/${name}.sock` };
}

function unitOf(layout: ServerLayout, name: string): string {
  return instanceUnit(layout.id, placeOf(layout, name));
}

/** As nginx would: by its user, on the instance's socket. */
async function ask(layout: ServerLayout, name: string, path: string): Promise<string> {
  const { socket } = placeOf(layout, name);
  const patience = "--retry 50 --retry-all-errors --retry-delay 1 --retry-max-time 60 --silent --fail";
  return server.sh(`runuser -u www-data -- curl ${patience} --unix-socket ${socket} 'http://x${path}'`);
}

/** What is not set does not come through JSON. */
function whole(statuses: readonly InstanceStatus[]): readonly InstanceStatus[] {
  return statuses.map((status) => ({ ...status, retireAt: status.retireAt, lastExit: status.lastExit }));
}

async function eventually(ask: () => Promise<boolean>, withinMs = 60_000): Promise<boolean> {
  for (const until = Date.now() + withinMs; Date.now() < until; await wait(50)) if (await ask()) return true;
  return false;
}

import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { mayBeLeftOut } from "../../../test/support/may-be-left-out.ts";
import { controlExits, controlText } from "./control.ts";

/**
 * The real program in a real shell. Programs below a root of its own stand for systemd's and note their words; who is not root may name
 * that root, so the program runs as nobody here.
 */
let root: string;
let control: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "cozy-control-"));
  chmodSync(root, 0o777);
  control = join(root, "control");
  writeFileSync(control, controlText());
  for (const [path, script] of Object.entries(standIns)) lay(path, `#!/bin/sh\n${script}`, 0o755);
  lay("etc/cozy/app-production.json", "{}");
  lay("etc/systemd/system/app-production-web@.service", "[Unit]\nX-CozyEnvironment=app-production\n");
  lay("etc/systemd/system/app-production-job-runner@.service", "[Unit]\nX-CozyEnvironment=app-production\n");
  lay("etc/systemd/system/app-production.once@.service.d/cozy.conf", "[Unit]\n");
  lay("etc/systemd/system/app-production.sealed@.service.d/cozy.conf", "[Unit]\n");
  lay("etc/systemd/system/getty@.service", "[Unit]\n");
  lay("etc/systemd/system/app-production-other@.service", "[Unit]\nDescription=of somebody else\n");
  lay("etc/systemd/system/app-gone-web@.service", "[Unit]\nX-CozyEnvironment=app-gone\n");
  symlinkSync("app-production-web@.service", join(root, "etc/systemd/system/app-production-linked@.service"));
  mkdirSync(join(root, "var/lib/cozy-credentials"), { recursive: true });
  chmodSync(join(root, "var/lib/cozy-credentials"), 0o777);
  for (const name of ["web@r1.0", "job-runner@r1.12", "once@abc-1", "once@fails", "sealed@drill-1"])
    lay(environmentOf(name), `export NAME='${name}'\n`);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));
beforeEach(() => {
  rmSync(join(root, "said"), { force: true });
  writeFileSync(join(root, "said"), "");
  chmodSync(join(root, "said"), 0o666);
});

const note =
  'for word in "$0" "$@"; do printf "<%s>" "${word##*/bin/}"; done >> "$COZY_CONTROL_ROOT/said"; echo >> "$COZY_CONTROL_ROOT/said"';
const standIns = {
  "usr/bin/systemctl": `${note}
case "$1" in
  show) case "$*" in *ExecMainCode*) cat "$COZY_CONTROL_ROOT/ended" 2>/dev/null ;; *) printf 'Result=timeout\\nId=%s\\n\\n' app-production-web@r1.0.service; printf 'Result=success\\nId=other\\n' ;; esac ;;
  is-active) exit 3 ;;
esac`,
  "usr/bin/systemd-run": `${note}
case "$*" in *fails*) exit 1 ;; esac`,
  "usr/sbin/nginx": note,
};

describe("control", () => {
  it("is a program for a plain shell", () => {
    expect(spawnSync("sh", ["-n", control], { encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
  });

  it.skipIf(mayBeLeftOut(spawnSync("shellcheck", ["--version"]).status !== 0))(
    "has no fault that shellcheck knows",
    () => {
      expect(spawnSync("shellcheck", ["--shell=sh", control], { encoding: "utf8" })).toMatchObject({
        status: 0,
        stdout: "",
      });
    },
  );

  it("starts instances at once and at each boot, and no timer ends them any more", () => {
    expect(
      run("start", "app-production-web@r1.0.service", "app-production-job-runner@r1.12.service").status,
    ).toBe(0);
    expect(said()).toEqual([
      "<systemctl><stop><--quiet><--><cozy-retire-app-production-web:r1.0.timer><cozy-retire-app-production-web:r1.0.service><cozy-retire-app-production-job-runner:r1.12.timer><cozy-retire-app-production-job-runner:r1.12.service>",
      "<systemctl><enable><--no-reload><--quiet><--><app-production-web@r1.0.service><app-production-job-runner@r1.12.service>",
      "<systemctl><start><--><app-production-web@r1.0.service><app-production-job-runner@r1.12.service>",
    ]);
  });

  it("keeps a copy of their variables, the newest, for the boot and for restarts until they are stopped", () => {
    const units = ["app-production-web@r1.0.service", "app-production-job-runner@r1.12.service"];
    for (const value of ["older", "newer"]) {
      lay(environmentOf("web@r1.0"), `export NAME='${value}'\n`);
      expect(run("start", ...units).status).toBe(0);
    }
    expect(kept()).toEqual([...units].sort());
    const file = credential("app-production-web@r1.0.service");
    expect(readFileSync(file, "utf8")).toBe("export NAME='newer'\n");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(run("stop", units[0] ?? "").status).toBe(0);
    expect(kept()).toEqual([units[1]]);
    expect(run("stop", units[1] ?? "").status).toBe(0);
    expect(kept()).toEqual([]);
  });

  it("starts nothing where variables can't be read by whoever asks, and keeps what was there", () => {
    expect(run("start", "app-production-web@r1.0.service").status).toBe(0);
    rmSync(join(root, environmentOf("web@r1.0")));
    writeFileSync(join(root, "said"), "");
    const { status, stderr } = run(
      "start",
      "app-production-job-runner@r1.12.service",
      "app-production-web@r1.0.service",
    );
    expect([status, stderr]).toEqual([controlExits.failed, expect.stringContaining("web@r1.0/environment")]);
    expect(said().filter((line) => !line.includes("<stop>"))).toEqual([]);
    expect(kept()).toEqual(["app-production-web@r1.0.service"]);
    expect(run("stop", "app-production-web@r1.0.service").status).toBe(0);
    lay(environmentOf("web@r1.0"), "");
    expect(run("once", "app-production", "nobody-laid-it").status).toBe(controlExits.notStarted);
  });

  it("stops them, and says which had to be killed", () => {
    writeFileSync(join(root, "said"), "");
    const { status, stdout } = run("stop", "app-production-web@r1.0.service");
    expect([status, stdout]).toEqual([0, "killed app-production-web@r1.0.service\n"]);
    expect(said().map((line) => line.split(">")[1])).toEqual([
      "<stop",
      "<disable",
      "<stop",
      "<show",
      "<reset-failed",
    ]);
  });

  it("leaves the end of retired ones to systemd, which asks the user that deploys whether they are still to end", () => {
    const at = Math.floor(Date.now() / 1000) + 100;
    expect(run("retire", String(at), "app-production-job-runner@r1.12.service").status).toBe(0);
    const [, timer = ""] = said(); // the first ends the timer before
    expect(timer).toMatch(/<--on-active=(100|99)>.*<--uid=\w+><--><sh><-c>/);
    expect(timer).toMatch(
      /<sh><\/var\/lib\/cozy\/environments\/app-production\/instances\/job-runner@r1\.12><\/usr\/lib\/cozy\/control><app-production-job-runner@r1\.12\.service>$/,
    );
    expect(run("retire", "0", "app-production-web@r1.0.service").status).toBe(0);
    expect(said().some((line) => line.includes("<--on-active=0>"))).toBe(true);
  });

  it.each([
    ["ends them when their time has come", (at: number) => `${at - 1_000}\n`, true],
    ["leaves them where it has not come yet", (at: number) => `${at + 60_000}\n`, false],
    ["leaves them where they are kept", () => undefined, false],
  ])("and then %s", (_how, text, ends) => {
    const [, script = ""] = /end_if_due='([^']*)'/.exec(controlText()) ?? [];
    // systemd puts in variables of its own there.
    expect(script).not.toContain("${");
    const folder = mkdtempSync(join(root, "instance-"));
    const note = text(Date.now());
    if (note !== undefined) writeFileSync(join(folder, "retired"), note);
    const bin = join(folder, "bin");
    lay(join(relative(root, bin), "sudo"), '#!/bin/sh\nprintf "%s\\n" "$*"\n', 0o755);
    const { status, stdout } = spawnSync("sh", ["-c", script, "sh", folder, "control", "unit"], {
      encoding: "utf8",
      env: { PATH: `${bin}:/usr/bin:/bin` },
    });
    expect([status, stdout.trim()]).toEqual([0, ends ? "-n control stop unit" : ""]);
    expect(existsSync(join(folder, "ending"))).toBe(ends);
  });

  it("runs a command as the application's user, and ends as it does", () => {
    expect(run("once", "app-production", "abc-1").status).toBe(0);
    expect(said()[0]).toMatch(
      /<--pipe><--service-type=oneshot>.*<--uid=app-production>.*instances\/once@abc-1\/start>$/,
    );
    for (const [ended, status] of [
      ["ExecMainCode=1\nExecMainStatus=7\n", 7],
      ["ExecMainCode=2\nExecMainStatus=15\n", 143],
      ["ExecMainCode=0\nExecMainStatus=0\n", controlExits.notStarted],
      ["", controlExits.notStarted],
    ] as const) {
      writeFileSync(join(root, "ended"), ended);
      expect([ended, run("once", "app-production", "fails").status]).toEqual([ended, status]);
    }
    expect(run("once", "--terminal", "app-production", "abc-1").status).toBe(0);
    expect(said().at(-1)).toMatch(
      // The fake leaves out all before the last slash of a word: `--property=ExecStopPost=/usr/bin/`.
      /<--pty><--service-type=exec>.*<test \$\{EXIT_CODE\} = exited><-->/,
    );
  });

  it("runs and ends what belongs to a scratch environment by a unit of its own", () => {
    expect(run("once", "--sealed", "app-production", "drill-1").status).toBe(0);
    expect(said()[0]).toMatch(
      /<--unit=app-production\.sealed@drill-1\.service>.*instances\/sealed@drill-1\/start>$/,
    );
    expect(run("end", "--sealed", "app-production", "drill-1").status).toBe(0);
    expect(said().at(-2)).toBe("<systemctl><stop><--quiet><--><app-production.sealed@drill-1.service>");
  });

  it("prints who has the environment's database open, and nothing of others", () => {
    const database = join(root, "var/lib/cozy/environments/app-production/database/database.sqlite");
    const elsewhere = join(root, "var/lib/cozy/environments/app-other/database/database.sqlite");
    for (const [pid, file] of [
      ["12", `${database}-wal`],
      ["13", elsewhere],
    ] as const) {
      lay(`proc/${pid}/comm`, "node server\n");
      mkdirSync(join(root, "proc", pid, "fd"));
      symlinkSync(file, join(root, "proc", pid, "fd", "7"));
    }
    expect(run("open", "app-production")).toMatchObject({
      status: 0,
      stdout: `12 ${database}-wal node server\n`,
    });
  });

  it("has nginx read its site again only where that is in order", () => {
    expect(run("reload-proxy", "app-production").status).toBe(0);
    expect(said()).toEqual([
      "<nginx><-t><-q>".replace("<nginx", `<${join(root, "usr/sbin/nginx")}`),
      "<systemctl><reload-or-restart><nginx.service>",
    ]);
  });

  it.each([
    ["start", "ssh.service"],
    ["start", "getty@tty1.0.service"],
    ["start", "app-production-other@r1.0.service"],
    ["start", "app-production-linked@r1.0.service"],
    ["start", "app-gone-web@r1.0.service"],
    ["start", "app-production-web@r1.service"],
    ["start", "app-production-web@../../x.0.service"],
    ["start", "app-production-web@r1.0.service", "ssh.service"],
    ["stop", "--force", "app-production-web@r1.0.service"],
    ["stop", "*"],
    ["retire", "100", "ssh.service"],
    ["once", "app-gone", "x"],
    ["once", "app-production", "../x"],
    ["once", "app-production", "--x"],
    ["end", "app-production", "x;reboot"],
    ["once", "--sealed", "app-gone", "x"],
    ["end", "--sealed", "app-production", "../x"],
    ["open", "app-gone"],
    ["open", "../etc"],
    ["reload-proxy", "app-gone"],
    ["reload-proxy", "../cozy/app-production"],
  ])("refuses what is not cozy's: %j %j %j", (...words) => {
    expect(run(...words).status).toBe(controlExits.refused);
    expect(said()).toEqual([]);
  });

  it.each([
    [],
    ["start"],
    ["retire", "app-production-web@r1.0.service"],
    ["retire", "-1", "x"],
    ["retire", "0100", "x"],
    ["once", "app-production"],
    ["once", "--shell", "app-production", "x"],
    ["restart", "x"],
  ])("does not guess what is meant: %j %j %j", (...words: string[]) => {
    const { status, stderr } = run(...words);
    expect(status).toBe(controlExits.usage);
    expect(stderr).toContain("control start <unit>...");
    expect(said()).toEqual([]);
  });

  it("gives systemd no word but the instances of its own, whatever it is told", { timeout: 60_000 }, () => {
    const hostile = fc.oneof(
      fc.string({ unit: "binary", maxLength: 30 }),
      fc.constantFrom(
        "$(reboot)",
        "`id`",
        "a b",
        "--",
        "-",
        "*",
        "",
        "\n",
        "app-production-web@r1.0.service\nssh.service",
      ),
      fc
        .tuple(
          fc.constantFrom("app-production-web", "app-production-", "getty", "app"),
          fc.string({ maxLength: 8 }),
        )
        .map(([template, instance]) => `${template}@${instance}.0.service`),
    );
    const words = fc.array(
      hostile.filter((word) => !word.includes("\0")),
      { minLength: 1, maxLength: 3 },
    );
    fc.assert(
      fc.property(fc.constantFrom("start", "stop", "once", "end", "reload-proxy"), words, (verb, names) => {
        writeFileSync(join(root, "said"), "");
        const { status } = run(verb, ...names);
        const others = names.filter((name) => !/^app-production-web@[\w-]+\.0\.service$/.test(name));
        // An instance that nobody has laid variables for is not started.
        const isSound = status === controlExits.done || status === controlExits.failed;
        expect(isSound ? others : said()).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it("is root's alone", () => {
    const { status, stderr } = spawnSync("sh", [control, "start", "x"], {
      encoding: "utf8",
      ...asNobody(),
      env: {},
    });
    expect([status, stderr]).toEqual([controlExits.notRoot, "control: only root can do this\n"]);
  });
});

function run(...words: readonly string[]) {
  return spawnSync("sh", [control, ...words], {
    encoding: "utf8",
    ...asNobody(),
    env: { COZY_CONTROL_ROOT: root },
  });
}

/** The tests themselves may well run as root. */
function asNobody() {
  return process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
}

/** Where the user that deploys lays the variables of an instance or of a command. */
function environmentOf(name: string): string {
  return `var/lib/cozy/environments/app-production/instances/${name}/environment`;
}

function credential(unit: string): string {
  return join(root, "var/lib/cozy-credentials", unit);
}

function kept(): string[] {
  return readdirSync(join(root, "var/lib/cozy-credentials"))
    .filter((name) => name !== ".new")
    .sort();
}

function said(): string[] {
  return readFileSync(join(root, "said"), "utf8").split("\n").slice(0, -1);
}

function lay(path: string, text: string, mode = 0o644): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, mode);
}

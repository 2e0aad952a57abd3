import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { InstanceSpec } from "../instance.ts";
import { parseLastEnd } from "./last-end.ts";
import { endedScript, environmentLines, onceScript, startScript } from "./start-script.ts";

/** The scripts are run by a real shell, as systemd does. */
let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "cozy-start-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const printer = [
  process.execPath,
  "-e",
  "console.log(JSON.stringify([process.env, process.argv.slice(1), process.cwd()]))",
];

describe("a start", () => {
  it("becomes the command, with the variables of the release and no others", () => {
    const variables = { PATH: "/usr/bin:/bin", SECRET: "it's $HOME `id` \\ \"\n", PWD: "kept" };
    const { stdout, stderr } = start({ command: [...printer, "two words", "$x"] }, variables);
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual([variables, ["two words", "$x"], folder]);
  });

  it("carries every value as it is", { timeout: 60_000 }, () => {
    const value = fc
      .string({ unit: "grapheme", maxLength: 60 })
      .filter((text) => !text.includes("\0") && text.isWellFormed());
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 6 }), (values) => {
        const variables = Object.fromEntries(values.map((text, index) => [`V${index}`, text]));
        const words = values.map((text) => `-${text}`);
        const { stdout } = start({ command: [...printer, "--", ...words] }, variables);
        const [seen, said] = JSON.parse(stdout);
        expect([seen, said]).toEqual([variables, words]);
      }),
      { numRuns: 25 },
    );
  });

  it("clears the socket of the one before away", () => {
    const socket = join(folder, "web.0.sock");
    writeFileSync(socket, "");
    start({ command: ["/bin/true"], socket }, {});
    expect(() => readFileSync(socket)).toThrow("ENOENT");
  });

  it.each([
    ["that is not there", { command: ["/no/such/program"] }, 127],
    ["that can't be executed", { command: ["/etc/passwd"] }, 126],
    ["whose folder is not there", { command: ["/bin/true"], folder: "/no/such/folder" }, 126],
  ])("of a command %s ends as a shell does", (_, spec, status) => {
    expect(start(spec, {}).status).toBe(status);
  });

  it("waits where the ones before ended early", () => {
    const took = (ended: string) => {
      writeFileSync(join(folder, "ended"), ended);
      const began = performance.now();
      start({ command: ["/bin/true"] }, {});
      return performance.now() - began;
    };
    expect(took("3 exited 1 1\n")).toBeGreaterThan(400);
    expect(startScript(spec({ command: ["x"] }))).toMatch(/ {4}0 \| 1\) ;;\n/);
    expect(startScript(spec({ command: ["x"] }))).toMatch(/ {4}9\) sleep 25\.6 ;;\n {4}\*\) sleep 30 ;;/);
  });
});

describe("a command that runs once", () => {
  it("is held to its number of open files", () => {
    const script = onceScript(["/bin/sh", "-c", "ulimit -n"], folder, 77);
    expect(shell(script, {}).stdout).toBe("77\n");
  });

  it("takes no name that a shell would not", () => {
    expect(() => environmentLines({ "A;reboot": "" })).toThrow("no name of a variable");
  });
});

describe("the note of an end", () => {
  it("counts those that come early, and forgets them after one that ran well", () => {
    end({ EXIT_CODE: "exited", EXIT_STATUS: "3" });
    end({ EXIT_CODE: "killed", EXIT_STATUS: "KILL" });
    const note = readFileSync(join(folder, "ended"), "utf8");
    expect(note).toMatch(/^2 killed KILL \d+\n$/);
    expect(parseLastEnd(note)).toMatchObject({ code: null, signal: "SIGKILL" });
    writeFileSync(join(folder, "started"), "");
    utimesSync(join(folder, "started"), Date.now() / 1000 - 61, Date.now() / 1000 - 61);
    end({ EXIT_CODE: "exited", EXIT_STATUS: "0" });
    expect(readFileSync(join(folder, "ended"), "utf8")).toMatch(/^1 exited 0 \d+\n$/);
  });

  it("is nothing where it is half of one, and tells real-time signals too", () => {
    expect(parseLastEnd("1 exited 0 17")).toBeUndefined();
    expect(parseLastEnd("")).toBeUndefined();
    expect(parseLastEnd("4 exited 7 1795871000\n")).toEqual({ code: 7, signal: null, at: 1_795_871_000_000 });
    expect(parseLastEnd("4 dumped SEGV 1795871000\n")).toMatchObject({ code: null, signal: "SIGSEGV" });
  });
});

function spec(more: Partial<InstanceSpec>): InstanceSpec {
  return {
    id: { release: "r1", type: "web", index: 0 },
    command: [],
    folder,
    environmentFile: "",
    variables: {},
    socket: undefined,
    logFile: "",
    stopSignal: "SIGTERM",
    stopTimeoutMs: 1_000,
    limits: { memoryBytes: undefined, openFiles: undefined },
    ...more,
  };
}

function start(more: Partial<InstanceSpec>, variables: Readonly<Record<string, string>>) {
  return shell(startScript(spec(more)), variables);
}

function shell(script: string, variables: Readonly<Record<string, string>>) {
  const credentials = join(folder, "credentials");
  mkdirSync(credentials, { recursive: true });
  writeFileSync(join(credentials, "environment"), environmentLines(variables));
  const file = join(folder, "start");
  writeFileSync(file, script);
  const env = {
    CREDENTIALS_DIRECTORY: credentials,
    RUNTIME_DIRECTORY: folder,
    HOME: "/",
    USER: "x",
    PATH: "/usr/bin",
  };
  return spawnSync("/bin/sh", [file], { encoding: "utf8", env });
}

function end(how: Readonly<Record<string, string>>): void {
  const { stderr } = spawnSync("/bin/sh", ["-c", endedScript()], {
    encoding: "utf8",
    env: { RUNTIME_DIRECTORY: folder, PATH: "/usr/bin:/bin", ...how },
  });
  expect(stderr).toBe("");
}

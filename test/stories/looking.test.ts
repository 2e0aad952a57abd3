import { execFile, execFileSync, spawn } from "node:child_process";
import { chmod, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mayBeLeftOut } from "../support/may-be-left-out.ts";
import {
  cozyBinary,
  createSandbox,
  freePort,
  served,
  type CliResult,
  type Sandbox,
} from "../support/sandbox.ts";

const run = promisify(execFile);

let sandbox: Sandbox;
/** Holds `cozy` as a shell finds it, and the few programs that it needs. */
let programs: string;
let first: string;
beforeAll(async () => {
  const other = await freePort();
  sandbox = await createSandbox({ config: (port) => config(port, other) });
  programs = await mkdtemp(join(tmpdir(), "cozy-looking-"));
  await writeFile(join(programs, "cozy"), `#!/bin/sh\nexec "${process.execPath}" "${cozyBinary}" "$@"\n`);
  await chmod(join(programs, "cozy"), 0o755);
  await symlink(process.execPath, join(programs, "node"));
  await sandbox.write(".env", "COLOUR=green\nDATABASE_URL=sqlite:///dev.sqlite\n");
  await sandbox.write(".env.staging", "API_TOKEN=hunter2\n");
  await sandbox.write(".env.production", "API_TOKEN=hunter3\n");
  await sandbox.ok(["deploy", "staging"]);
  first = (await served(sandbox.url)).release;
});
afterAll(async () => {
  await sandbox.cozy(["stop", "production"]);
  await sandbox.dispose();
  await rm(programs, { recursive: true, force: true });
});

function config(port: number, other: number): string {
  return `import { defineProject, dotenv, node, sqlite, thisMachine } from "cozywish";

export default defineProject({
  name: "tiny",
  app: node({
    runtime: ">=22.15",
    build: { command: ["node", "build.js"] },
    processes: { web: { command: ["node", "server.js"], stopTimeout: "5s" } },
    migrate: ["node", "migrate.js"],
    ready: { path: "/ready" },
    variables: { COLOUR: "blue", API_TOKEN: { secret: true, required: false } },
  }),
  environments: {
    staging: {
      target: thisMachine({ port: ${port} }),
      database: sqlite(),
      variables: { API_TOKEN: dotenv(".env.staging") },
    },
    production: {
      target: thisMachine({ port: ${other} }),
      database: sqlite(),
      variables: { API_TOKEN: dotenv(".env.production"), COLOUR: "red" },
      processes: { web: { count: 2 } },
    },
  },
});
`;
}

/** The same as `sandbox.cozy`, with something to read. */
async function typed(
  args: readonly string[],
  input: string,
  env: NodeJS.ProcessEnv = {},
): Promise<CliResult> {
  const child = spawn(process.execPath, [cozyBinary, ...args], {
    cwd: sandbox.project,
    env: { ...sandbox.env, ...env },
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin.end(input);
  const code = await new Promise<number>((resolve) => child.on("close", (code) => resolve(code ?? 128)));
  return { code, stdout, stderr };
}

describe("cozy console", () => {
  const script = `console.log(process.env.COZY_RELEASE, process.env.COLOUR, require("fs").readFileSync("version.txt", "utf8"))`;

  it("opens the framework's shell with the serving release's code and variables", async () => {
    expect((await typed(["console", "staging"], script)).stdout).toContain(`${first} blue one`);
    expect((await typed(["console", "staging"], "process.exit(4)")).code).toBe(4);
  });

  it("opens it on the working tree, as cozy dev has it", async () => {
    const { stdout } = await typed(["console", "dev"], script);
    expect(stdout).toContain("undefined green one");
  });

  it("says what is missing where nothing was deployed", async () => {
    const { code, stderr } = await typed(["console", "production"], script);
    expect(code).toBe(2);
    expect(stderr).toContain("cozy deploy production");
  });
});

describe("cozy db", () => {
  const rows = ["db", "staging", "--sql", "select version from migrations", "--json"];

  it("prints what a statement gives", async () => {
    expect(JSON.parse((await sandbox.ok(rows)).stdout)).toEqual([{ version: "one" }]);
    const { stdout } = await sandbox.ok(rows.slice(0, -1));
    expect(stdout).toBe("version\n-------\none\n(1 row)\n");
  });

  it("reads statements from a pipe, and goes on after one that fails", async () => {
    const { code, stdout, stderr } = await typed(
      ["db", "staging"],
      ".tables\nselect wrong;\nselect count(*) as n\nfrom migrations;",
    );
    expect(stdout).toBe("migrations\nn\n-\n1\n(1 row)\n");
    expect(stderr).toContain("no such column: wrong");
    expect(code).toBe(1);
  });

  it("changes nothing unless it is told to", async () => {
    const insert = "insert into migrations values ('by hand')";
    const refused = await sandbox.cozy(["db", "staging", "--sql", insert]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("cozy db staging --write");
    expect((await sandbox.ok(["db", "staging", "--write", "--sql", insert])).stdout).toBe("1 row changed\n");
    expect(JSON.parse((await sandbox.ok(rows)).stdout)).toHaveLength(2);
  });

  it("refuses what it can't read", async () => {
    const unclosed = await sandbox.cozy(["db", "staging", "--sql", "select 'a"]);
    expect([unclosed.code, unclosed.stderr.includes("statement-failed")]).toEqual([2, true]);
    const two = await sandbox.cozy(["db", "staging", "--json", "--sql", "select 1; select 2"]);
    expect([two.code, two.stdout.includes("wrong-usage")]).toEqual([2, true]);
  });

  it("opens the one of the working tree", async () => {
    expect((await typed(["db", "dev"], "select 1;")).stderr).toContain("dev.sqlite");
    const { DatabaseSync } = await import("node:sqlite");
    new DatabaseSync(join(sandbox.project, "dev.sqlite")).close();
    expect((await typed(["db", "dev"], "select 7 as seven;")).stdout).toContain("7");
    await rm(join(sandbox.project, "dev.sqlite"));
  });
});

describe("cozy diff", () => {
  it("tells what the project file says and what runs, and shows no secret", async () => {
    await sandbox.commit({ "version.txt": "two\n" }, "Say two");
    await sandbox.ok(["deploy", "production"]);
    const { stdout } = await sandbox.ok(["diff", "staging", "production"]);
    expect(stdout).toMatch(/web count +1 +2/);
    expect(stdout).toMatch(/variable COLOUR +blue +red/);
    expect(stdout).toMatch(/variable API_TOKEN +API_TOKEN in .env.staging +API_TOKEN in .env.production/);
    expect(stdout).not.toContain("hunter");
    expect(stdout).toContain("the same runtime");
    expect(stdout).toMatch(/production has 1 commit that staging does not have:\n {2}\w{7} Say two/);
    await sandbox.ok(["deploy", "staging"]);
    const same = await sandbox.json<{ comparison: unknown; projectFile: { what: string }[] }>([
      "diff",
      "staging",
      "production",
    ]);
    expect(same.comparison).toMatchObject({ sameArtifact: true, sameCommit: true, changedFiles: 0 });
    expect(same.projectFile.map(({ what }) => what)).toEqual([
      "target port",
      "web count",
      "variable API_TOKEN",
      "variable COLOUR",
    ]);
  });

  it("wants two", async () => {
    expect((await sandbox.cozy(["diff", "staging", "staging"])).code).toBe(2);
    expect((await sandbox.cozy(["diff", "staging", "wrong"])).code).toBe(2);
  });
});

describe("shell completion", () => {
  const env = () => ({ ...sandbox.env, PATH: `${programs}:${process.env["PATH"]}` });

  it("works in bash", async () => {
    const ask = (...words: string[]) => `COMP_WORDS=(cozy ${words.map((word) => `'${word}'`).join(" ")})
COMP_CWORD=${words.length}; COMPREPLY=(); _cozy cozy '${words.at(-1)}' ''; echo "\${COMPREPLY[*]}"`;
    const script = [
      `source <(cozy completion bash)`,
      ask("stat"),
      ask("diff", "staging", ""),
      ask("logs", "--fo"),
      ask("run", "staging", "--release", first.slice(0, 4)),
      ask("check", "--config", "cozy.c"),
      ask("wrong", ""),
      "complete -p cozy",
    ].join("\n");
    const { stdout } = await run("bash", ["--norc", "-c", script], { cwd: sandbox.project, env: env() });
    const lines = stdout.split("\n");
    expect(lines.slice(0, 3)).toEqual(["status", "production", "--follow"]);
    expect(lines[3]?.split("\n").join(" ")).toContain(first);
    expect(stdout).toContain("cozy.config.ts");
    expect(stdout).toContain("complete -F _cozy cozy");
  });

  it.skipIf(mayBeLeftOut(!isInstalled("fish")))("works in fish", async () => {
    const script = `cozy completion fish | source; complete -C"cozy stat"; complete -C"cozy diff staging "; complete -C"cozy wrong "`;
    const { stdout } = await run("fish", ["--no-config", "-c", script], { cwd: sandbox.project, env: env() });
    expect(stdout).toBe("status\twhat an environment serves, and how it is\nproduction\tenvironment\n");
  });

  it.skipIf(mayBeLeftOut(!isInstalled("zsh")))("works in zsh", async () => {
    // zsh completes only where somebody types, so it is given a terminal of its own.
    const script = String.raw`
zmodload zsh/zpty
zpty typist 'zsh -f -i'
zpty -w typist "PROMPT='> '; autoload -Uz compinit; compinit -u -D; source <(cozy completion zsh); echo re''ady"
zpty -r -m typist line '*ready*'
zpty -n -w typist $'cozy stat\t'
zpty -r -m typist line '*cozy status*'; print -r -- "$line"
zpty -n -w typist $'\x15cozy diff staging p\t'
zpty -r -m typist line '*cozy diff staging production*'; print -r -- "$line"
zpty -d typist`;
    const { stdout } = await run("zsh", ["-f", "-c", script], {
      cwd: sandbox.project,
      env: env(),
      timeout: 30_000,
    });
    expect(stdout).toContain("cozy status");
    expect(stdout).toContain("cozy diff staging production");
  });

  it("prints nothing where there is nothing to complete, or no project", async () => {
    const words = ["completion", "words", "bash", "--", "status", ""];
    const { stdout, stderr } = await run(process.execPath, [cozyBinary, ...words], {
      cwd: dirname(sandbox.project),
      env: sandbox.env,
    }).catch((error: unknown) => error as CliResult);
    expect([stdout, stderr]).toEqual(["", ""]);
  });
});

function isInstalled(program: string): boolean {
  try {
    execFileSync("sh", ["-c", `command -v ${program}`]);
    return true;
  } catch {
    return false;
  }
}

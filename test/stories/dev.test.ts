import { spawn } from "node:child_process";
import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type DevEvent, type DevRun, startDev } from "../support/dev-run.ts";
import { createSandbox, freePort, processesOf, type Sandbox, until } from "../support/sandbox.ts";

const config = (port: number) => `import { defineProject, generated, node, thisMachine } from "cozywish";

export default defineProject({
  name: "tiny",
  app: node({
    runtime: ">=22.15",
    processes: {
      web: ["node", "server.js"],
      worker: ["node", "worker.js"],
      mail: ["sh", "mail.sh"],
      reports: { command: ["node", "reports.js"], dev: false },
    },
    migrate: ["node", "migrate.js"],
    seed: ["node", "-e", "console.log('seeded', process.env.COLOUR)"],
    schedules: { cleanup: { every: "1h", run: ["node", "-e", "console.log('cleaned', process.env.COLOUR, process.env.PORT); process.exit(4)"] } },
    variables: { COLOUR: "blue", SESSION_SECRET: { secret: true }, SENDER: { required: true } },
    dev: { variables: { DATABASE_URL: "sqlite://" + import.meta.dirname + "/data/tiny.sqlite" } },
    ready: { path: "/ready" },
  }),
  environments: {
    staging: {
      target: thisMachine({ port: ${port} }),
      variables: { SESSION_SECRET: generated(), SENDER: "production@example.org" },
    },
  },
});
`;

/** The page of the fixture that shows its environment. */
type Variables = Readonly<Record<string, string | undefined>>;

let sandbox: Sandbox;
let port: number;
let run: DevRun | undefined;

beforeAll(async () => {
  sandbox = await createSandbox({
    config,
    env: { COLOUR: undefined, NODE_ENV: "production", SENDER: undefined },
  });
  await mkdir(join(sandbox.project, "data"));
  await sandbox.commit({
    "mail.sh": 'echo "mail one $SENDER"\nsleep 1000 &\nwait\n',
    ".env.example": "# Sent from here.\nSENDER=dev@example.org\nSESSION_SECRET=\n",
    ".gitignore": "node_modules\ndist\n.env\ngenerated.txt\n",
  });
  port = await freePort();
});
afterEach(async () => {
  const left = run;
  run = undefined;
  left?.press();
  await left?.ended;
});
afterAll(async () => sandbox.dispose());

const start = (...args: string[]): DevRun =>
  (run = startDev(["--port", String(port), ...args], sandbox.project, sandbox.env));
const page = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
const variables = async () => JSON.parse(await page("/variables")) as Variables;
const answered = (event: DevEvent) => event.type === "answered";
const startOf = (process: string) => (event: DevEvent) =>
  event.type === "started" && event.process === process;
const lineOf = (process: string, text: string) => (event: DevEvent) =>
  event.type === "line" && event.process === process && event.line?.includes(text) === true;

describe("cozy dev, where things are missing", () => {
  it("tells all of it at once, each with its command, and starts nothing", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    try {
      const { code, stdout } = await sandbox.cozy(["dev", "--port", String(port), "--json"]);
      expect(code).toBe(2);
      const error = JSON.parse(stdout) as DevEvent;
      expect(error.code).toBe("development-incomplete");
      const details = error.details?.join("\n") ?? "";
      expect(details).toContain(".env is not there, though .env.example is");
      expect(details).toContain("→ cozy dev --setup, or: cp .env.example .env");
      expect(details).toContain("SESSION_SECRET has no value");
      expect(details).toContain("SENDER has no value");
      expect(details).toMatch(new RegExp(`port ${port} is in use: .*${process.pid}`));
      expect(details).toMatch(/→ cozy dev --port \d+/);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
    expect(await processesOf(sandbox.project)).toEqual([]);
  });
});

describe("cozy dev --setup", () => {
  it("writes .env with a secret of its own, migrates and seeds", async () => {
    const { stdout } = await sandbox.ok(["dev", "--setup"]);
    expect(stdout).toContain("database     │ migrate: done");
    expect(stdout).toContain("seed         │ seeded blue");
    expect(await readFile(join(sandbox.project, ".env"), "utf8")).toMatch(
      /^# Sent from here\.\nSENDER=dev@example\.org\nSESSION_SECRET=[\w-]{48}\n$/,
    );
    expect((await stat(join(sandbox.project, ".env"))).mode & 0o777).toBe(0o600);
  });

  it("leaves .env as it is the second time", async () => {
    const before = await readFile(join(sandbox.project, ".env"), "utf8");
    const { stdout } = await sandbox.ok(["dev", "--setup"]);
    expect(stdout).toContain(".env: up to date");
    expect(stdout).toContain("dependencies: up to date");
    expect(await readFile(join(sandbox.project, ".env"), "utf8")).toBe(before);
  });

  it("only writes to the end of one that lacks a secret", async () => {
    const file = join(sandbox.project, ".env");
    const before = await readFile(file, "utf8");
    await writeFile(file, "SENDER=me@example.org");
    const { stdout } = await sandbox.ok(["dev", "--setup"]);
    expect(stdout).toContain("written to its end: SESSION_SECRET");
    expect(await readFile(file, "utf8")).toMatch(/^SENDER=me@example\.org\nSESSION_SECRET=[\w-]{48}\n$/);
    await writeFile(file, before);
  });

  it("says which step failed, with what it said", async () => {
    await sandbox.write("behaviour.json", '{ "failMigration": true }');
    const { code, stderr } = await sandbox.cozy(["dev", "--setup"]);
    expect(code).toBe(1);
    expect(stderr).toContain("setup-step-failed");
    expect(stderr).toContain("database: `node migrate.js` ended with exit code 3.");
    expect(stderr).toContain("relation venues does not exist");
    await sandbox.write("behaviour.json", "{}");
  });
});

describe("cozy dev", () => {
  it("runs every process type with what .env says, and nothing of any environment", async () => {
    const dev = start();
    const { url } = await dev.event("the first page", answered);
    expect(url).toBe(`http://127.0.0.1:${port}`);
    expect(JSON.parse(await page("/"))).toMatchObject({ version: "one", colour: "blue" });
    const seen = await variables();
    expect(seen).toMatchObject({ NODE_ENV: "development", SENDER: "dev@example.org", PORT: String(port) });
    expect(seen["SESSION_SECRET"]).toHaveLength(48);
    expect(seen["DATABASE_URL"]).toBe(`sqlite://${sandbox.project}/data/tiny.sqlite`);
    await dev.event("the mail's line", lineOf("mail", "mail one dev@example.org"));
    await dev.event("the worker", startOf("worker"));
    const started = dev.events.filter(({ type }) => type === "started").map(({ process }) => process);
    expect(started.toSorted((a = "", b = "") => a.localeCompare(b))).toEqual(["mail", "web", "worker"]);
    const notes = dev.events.filter(({ type }) => type === "note").map(({ message }) => message);
    expect(notes.join("\n")).toContain("reports");
    expect(notes.join("\n")).toContain("cleanup");
  });

  it("ends everything on one Ctrl-C, with exit code 0", async () => {
    const dev = start();
    for (const type of ["web", "worker", "mail"]) await dev.event(type, startOf(type));
    await dev.event("the first page", answered);
    expect((await processesOf(sandbox.project)).length).toBeGreaterThan(4);
    const since = Date.now();
    dev.press();
    expect(await dev.ended).toBe(0);
    expect(Date.now() - since).toBeLessThan(9_000); // after ten seconds all would have been killed
    expect(await processesOf(sandbox.project)).toEqual([]);
    await expect(page("/")).rejects.toThrow("fetch failed");
  });

  it("serves a change of the code, and starts anew what cozy watches", async () => {
    const dev = start();
    await dev.event("the first page", answered);
    const server = await readFile(join(sandbox.project, "server.js"), "utf8");
    await sandbox.write(
      "server.js",
      server.replaceAll("version: behaviour", 'changed: "yes", version: behaviour'),
    );
    await until("the changed page", async () => (await page("/")).includes('"changed":"yes"'));
    await sandbox.write("mail.sh", 'echo "mail two"\nsleep 1000 &\nwait\n');
    await dev.event("the changed mail", lineOf("mail", "mail two"));
    const restarted = dev.events.filter(({ type }) => type === "changed").map((event) => event.restarted);
    expect(restarted).toContainEqual(["mail"]);
    expect(restarted.flat()).not.toContain("web"); // Node has started it anew itself
    await sandbox.write("server.js", server);
  });

  it("says that a process crashed, and goes on as soon as it is mended", async () => {
    const dev = start();
    await dev.event("the first page", answered);
    await sandbox.write("mail.sh", "echo broken\nexit 3\n");
    // A shell that reads the file while it is being written may find it empty, and ends well then.
    await dev.event(
      "the end of mail",
      ({ type, process, exitCode }) => type === "ended" && process === "mail" && exitCode === 3,
    );
    const server = await readFile(join(sandbox.project, "server.js"), "utf8");
    await sandbox.write("server.js", `throw new Error("not today");\n${server}`);
    await dev.event("Node's word of it", lineOf("web", "Failed running"));
    await expect(page("/")).rejects.toThrow("fetch failed");
    await sandbox.write("server.js", server);
    await until("the page again", async () => (await page("/")).includes("version"));
    await sandbox.write("mail.sh", 'echo "mail again"\nsleep 1000 &\nwait\n');
    await dev.event("mail again", lineOf("mail", "mail again"));
  });

  it("takes a changed .env up", async () => {
    const dev = start();
    await dev.event("the first page", answered);
    const text = await readFile(join(sandbox.project, ".env"), "utf8");
    await sandbox.write(".env", `${text}COLOUR=green\n`);
    const { files } = await dev.event("the change", ({ type }) => type === "changed");
    expect(files).toEqual([".env"]);
    await until("the new colour", async () => (await page("/")).includes('"colour":"green"'));
    await sandbox.write(".env", text);
  });

  it("does not start anything anew for what git ignores or the application writes", async () => {
    const dev = start();
    await dev.event("the first page", answered);
    await sandbox.write("generated.txt", "1");
    await sandbox.write("data/notes.txt", "1");
    await after(600);
    expect(dev.events.filter(({ type }) => type === "changed")).toEqual([]);
  });

  it("kills at the second Ctrl-C what ignores the first", async () => {
    await sandbox.write("mail.sh", "trap '' INT TERM\necho deaf\nwhile true; do sleep 1; done\n");
    const dev = start();
    await dev.event("the deaf one", lineOf("mail", "deaf"));
    await dev.event("the first page", answered);
    dev.press();
    await dev.event(
      "that it takes its time",
      ({ message }) => message?.includes("mail takes its time") === true,
    );
    const since = Date.now();
    dev.press();
    expect(await dev.ended).toBe(130);
    expect(Date.now() - since).toBeLessThan(7_000); // by the first alone it would be after eight
    expect(await processesOf(sandbox.project)).toEqual([]);
    await sandbox.write("mail.sh", "echo mail\nsleep 1000\n");
  });

  it("leaves nothing behind when whoever read its log is gone", async () => {
    const dev = spawn("sh", ["-c", '"$0" "$@" | head -n 3', process.execPath, ...devCommand()], {
      cwd: sandbox.project,
      env: sandbox.env,
      stdio: "ignore",
    });
    await new Promise((resolve) => dev.once("close", resolve));
    await sandbox.write("mail.sh", "echo heard\nsleep 1000\n");
    await until("nothing runs", async () => (await processesOf(sandbox.project)).length === 0);
    await expect(page("/")).rejects.toThrow("fetch failed");
  });

  it("refuses a web process whose program is not there, and leaves nothing behind", async () => {
    const text = await readFile(join(sandbox.project, "cozy.config.ts"), "utf8");
    await sandbox.write(
      "cozy.config.ts",
      text.replace('web: ["node", "server.js"]', 'web: ["no-such-server"]'),
    );
    const { code, stderr } = await sandbox.cozy(["dev", "--port", String(port)]);
    await sandbox.write("cozy.config.ts", text);
    expect(code).toBe(2);
    expect(stderr).toContain("web-not-started");
    expect(stderr).toContain("the program no-such-server of `no-such-server` is not on the PATH");
    expect(await processesOf(sandbox.project)).toEqual([]);
  });

  it("runs a schedule by hand, with its exit code", async () => {
    const { code, stdout } = await sandbox.cozy(["dev", "--run", "cleanup"]);
    expect([code, stdout]).toEqual([4, "cleaned blue undefined\n"]);
    const unknown = await sandbox.cozy(["dev", "--run", "clean"]);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('did you mean "cleanup"?');
  });

  it("refuses a port that there is not", async () => {
    const { code, stderr } = await sandbox.cozy(["dev", "--port", "70000"]);
    expect(code).toBe(2);
    expect(stderr).toContain("from 1 to 65535");
  });

  it("prefixes lines in words", async () => {
    await rm(join(sandbox.project, "generated.txt"), { force: true });
    const lines = await linesUntil("answered after");
    expect(lines).toContain("web    │ tiny-app one listens");
    expect(lines).toContain("cozy   │ web: node --watch --watch-preserve-output server.js");
    expect(lines.join("\n")).toMatch(
      new RegExp(`(?:^|\\n)cozy   │ http://127\\.0\\.0\\.1:${port} answered after `),
    );
  });
});

function devCommand(): string[] {
  return [join(import.meta.dirname, "..", "..", "bin", "cozy.cjs"), "dev", "--port", String(port)];
}

/** What a person sees until a word comes; then Ctrl-C. */
async function linesUntil(word: string): Promise<string[]> {
  const child = spawn(process.execPath, devCommand(), {
    cwd: sandbox.project,
    env: sandbox.env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (more: string) => {
    const had = text.includes(word);
    text += more;
    if (!had && text.includes(word)) child.kill("SIGINT");
  });
  await new Promise((resolve) => child.once("close", resolve));
  return text.trimEnd().split("\n");
}

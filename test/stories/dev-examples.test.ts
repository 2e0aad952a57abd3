import { createHash } from "node:crypto";
import { readdir, readFile, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DevRun, startDev } from "../support/dev-run.ts";
import { createExampleSandbox, type Example } from "../support/example-sandbox.ts";
import { freePort, processesOf, type Sandbox, until } from "../support/sandbox.ts";

/** What reaches the registries from here, which a sandbox does not know. */
const network = Object.fromEntries(
  Object.entries(process.env).filter(([name]) =>
    /^(?:PIP_|UV_|npm_config_|NODE_EXTRA_CA_CERTS|SSL_CERT)/i.test(name),
  ),
);

interface Figures {
  readonly example: Example;
  readonly page: string;
  readonly database: string;
  /** A file of the code, and what a change of it makes of the page. */
  readonly change: { readonly file: string; readonly from: string; readonly to: string };
  readonly processes: readonly string[];
}

const examples: readonly Figures[] = [
  {
    example: "cozywish",
    page: "/healthz",
    database: "data/cozywish.sqlite",
    change: { file: "src/health/health-routes.ts", from: '"ok"', to: '"fine"' },
    processes: ["web", "worker"],
  },
  {
    example: "cozywish-django",
    page: "/healthz",
    database: "data/cozywish.sqlite",
    change: { file: "health/views.py", from: '"ok"', to: '"fine"' },
    processes: ["web", "worker"],
  },
];

describe.each(examples)(
  "$example on a developer's machine",
  ({ example, page, database, change, processes }) => {
    let sandbox: Sandbox;
    let port: number;
    let run: DevRun | undefined;
    beforeAll(async () => {
      sandbox = await createExampleSandbox(example);
      for (const name of [".venv", "staticfiles", "logs"]) {
        await rm(join(sandbox.project, name), { recursive: true, force: true });
      }
      port = await freePort();
    });
    afterAll(async () => {
      run?.press();
      await run?.ended;
      await sandbox.dispose();
    });

    it("says in a fresh clone what is missing", async () => {
      const { code, stderr } = await sandbox.cozy(["dev", "--port", String(port)]);
      expect(code).toBe(2);
      expect(stderr).toContain("the dependencies are not installed");
      expect(stderr).toContain("next   cozy dev --setup");
    });

    it("is set up by one command", async () => {
      const { stdout } = await sandbox.ok(["dev", "--setup"], { env: network });
      expect(stdout).toContain("the application can be started: cozy dev");
      expect(tablesOf(join(sandbox.project, database)).length).toBeGreaterThan(3);
    });

    it("is changed in nothing by the second one, which is quick", async () => {
      const [tree, rows] = [await treeOf(sandbox.project), tablesOf(join(sandbox.project, database))];
      const since = Date.now();
      const { stdout } = await sandbox.ok(["dev", "--setup"], { env: network });
      expect(Date.now() - since).toBeLessThan(15_000);
      expect(stdout).toContain("dependencies: up to date");
      expect(stdout).toContain(".env: up to date");
      expect(await treeOf(sandbox.project)).toEqual(tree);
      expect(tablesOf(join(sandbox.project, database))).toEqual(rows);
    });

    it("runs with all of its processes, reloads, and ends on one Ctrl-C", async () => {
      run = startDev(["--port", String(port)], sandbox.project, sandbox.env);
      await run.event("the first page", ({ type }) => type === "answered");
      await run.event("the worker", ({ type, process }) => type === "started" && process === "worker");
      const started = run.events.filter(({ type }) => type === "started").map((event) => event.process);
      expect(started.toSorted((a = "", b = "") => a.localeCompare(b))).toEqual(processes);
      const response = await fetch(`http://127.0.0.1:${port}/`, { redirect: "manual" });
      expect(response.status).toBe(200);
      expect(await response.text()).toContain("CozyWish");

      const text = await readFile(join(sandbox.project, change.file), "utf8");
      expect(text).toContain(change.from);
      await sandbox.write(change.file, text.replace(change.from, change.to));
      await until("the changed page", async () =>
        (await (await fetch(`http://127.0.0.1:${port}${page}`)).text()).includes(change.to),
      );
      run.press();
      expect(await run.ended).toBe(0);
      expect(await processesOf(sandbox.project)).toEqual([]);
      expect(run.events.filter(({ type }) => type === "warning")).toEqual([]);
    });

    it("runs its schedule by hand", async () => {
      const { code } = await sandbox.cozy(["dev", "--run", "cleanup"]);
      expect(code).toBe(0);
    });

    // Node has no general way to ask.
    if (example !== "cozywish-django") return;

    it("tells of migrations that are not applied", async () => {
      const text = await readFile(join(sandbox.project, ".env"), "utf8").catch(() => "");
      await sandbox.write(".env", `${text}\nDATABASE_URL=sqlite:///data/other.sqlite\n`);
      run = startDev(["--port", String(port)], sandbox.project, sandbox.env);
      const warning = await run.event("the warning", ({ type }) => type === "warning");
      expect(warning.message).toBe("the database lacks migrations of the working tree");
      expect(warning.next).toBe("python manage.py migrate --noinput");
      run.press();
      expect(await run.ended).toBe(0);
      await sandbox.write(".env", text);
    });
  },
);

/** Every file of the working tree by its content; of dependencies only how many files there are. */
async function treeOf(folder: string): Promise<Record<string, string | number>> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  const tree: Record<string, string | number> = {};
  for (const file of files.filter((name) => !/(?:^|\/)(?:\.git|__pycache__)\/|\.sqlite|^logs\//.test(name))) {
    const [, dependencies] = /^(node_modules|\.venv)\//.exec(file) ?? [];
    if (dependencies === undefined) {
      tree[file] = createHash("sha256")
        .update(await readFile(join(folder, file)))
        .digest("hex");
    } else {
      const count = tree[dependencies];
      tree[dependencies] = (typeof count === "number" ? count : 0) + 1;
    }
  }
  return tree;
}

/** Every table with all of its rows. */
function tablesOf(file: string): { readonly name: string; readonly rows: string }[] {
  const opened = new DatabaseSync(file, { readOnly: true });
  try {
    const tables = opened.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
    return tables.map(({ name }) => ({
      name: String(name),
      rows: JSON.stringify(opened.prepare(`SELECT * FROM "${String(name)}"`).all()),
    }));
  } finally {
    opened.close();
  }
}

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Ledger } from "../../src/promises/ledger.ts";
import { createSandbox, type Sandbox } from "../support/sandbox.ts";

const config = (
  port: number,
  appMore = "",
) => `import { defineProject, node, sqlite, thisMachine } from "cozywish";

export default defineProject({
  name: "bookings",
  app: node({
    runtime: ">=22.15",
    processes: { web: { command: ["node", "server.js"], stopTimeout: "5s" } },
    migrate: ["node", "migrate.js"],
    ready: { path: "/ready", timeout: "60s" },
    smoke: [{ path: "/", text: "bookings" }, { path: "/bookings", json: {}, status: 201 }],
    ${appMore}
  }),
  environments: {
    production: {
      target: thisMachine({ port: ${port} }),
      database: sqlite(),
      promises: { recovery: { rto: "1h", rpo: "24h" }, latency: { p95: "10s" } },
    },
  },
});
`;

let sandbox: Sandbox;
beforeAll(async () => {
  const fixture = fileURLToPath(new URL("../fixtures/bookings-app", import.meta.url));
  sandbox = await createSandbox({ fixture, config, environment: "production" });
});
afterAll(async () => sandbox.dispose());

const environment = () => join(sandbox.home, "environments", "bookings-production");

async function promises(): Promise<{ readonly code: number; readonly ledger: Ledger }> {
  const { code, stdout, stderr } = await sandbox.cozy(["promises", "production", "--json"]);
  expect(stderr).toBe("");
  return { code, ledger: JSON.parse(stdout) as Ledger };
}

const states = ({ rows }: Ledger) => Object.fromEntries(rows.map(({ promise, state }) => [promise, state]));

describe("the ledger of promises", () => {
  it("proves nothing before anything was measured, and says what would", async () => {
    const { code, ledger } = await promises();
    expect(code).toBe(3);
    expect(states(ledger)).toEqual({
      "recovery.rto": "not proven",
      "recovery.rpo": "not proven",
      "data.database": "not proven",
      latency: "not proven",
      "no-lost-request": "not proven",
    });
    await sandbox.ok(["deploy", "production"]);
    const { code: still, stdout } = await sandbox.cozy(["promises", "production"]);
    expect(stdout).not.toContain("broken");
    expect(still).toBe(3);
    expect(stdout).toContain("recovery.rto is not proven: no drill was held yet.\n  cozy drill production");
    expect(stdout).toMatch(/✓ no-lost-request +every deploy and rollback +0 lost/);
  });

  it("is kept once all of it is measured, with what it was measured by", async () => {
    for (let nth = 0; nth < 20; nth += 1) expect((await fetch(sandbox.url)).status).toBe(200);
    await sandbox.ok(["backup", "production"]);
    await sandbox.ok(["drill", "production"]);
    const { code, ledger } = await promises();
    expect(states(ledger)).toEqual({
      "recovery.rto": "kept",
      "recovery.rpo": "kept",
      latency: "kept",
      "no-lost-request": "kept",
    });
    expect(code).toBe(0);
    expect(ledger.rows[0]).toMatchObject({
      by: "cozy drill production",
      release: ledger.release,
      backup: expect.stringMatching(/^\d{8}T\d{6}Z-/),
    });
    const report = await sandbox.ok(["promises", "production", "--markdown"]);
    expect(report.stdout).toContain("**Together: kept.**");
  });

  it("is not proven any more when a drill is too long ago", async () => {
    const file = join(environment(), "evidence", "recovery.rto.jsonl");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace(/"at":\d+/g, `"at":${Date.now() - 31 * 86_400_000}`));
    const { code, ledger } = await promises();
    expect(code).toBe(3);
    expect(ledger.rows.find(({ state }) => state === "not proven")).toMatchObject({
      promise: "recovery.rto",
      text: expect.stringMatching(/^the last drill was 31 d ago/),
    });
    await writeFile(file, text);
  });

  it("is broken by one request that got no whole answer in a deploy, and the deploy says so", async () => {
    const server = await readFile(join(sandbox.project, "server.js"), "utf8");
    const dies =
      'if (request.url === "/dies") return response.write("half"), setTimeout(() => process.exit(1), 50);';
    const visit = `fetch("http://127.0.0.1:${sandbox.port}/dies").then((r) => r.text()).catch(() => {})`;
    const hooks = `hooks: { afterDeploy: ["node", "-e", ${JSON.stringify(visit)}] },`;
    await sandbox.commit({
      "server.js": server.replace("  let found;\n", `  ${dies}\n  let found;\n`),
      "cozy.config.ts": config(sandbox.port, hooks),
    });
    const deploy = await sandbox.ok(["deploy", "production"]);
    expect(deploy.stdout).toMatch(/1 of \d+ requests? got no whole answer in the deploy of/);
    const { code, ledger } = await promises();
    expect(code).toBe(1);
    expect(ledger.rows.find(({ state }) => state === "broken")).toMatchObject({
      promise: "no-lost-request",
      measured: "1 lost",
      by: "cozy deploy production",
      release: ledger.release,
    });
  });
});

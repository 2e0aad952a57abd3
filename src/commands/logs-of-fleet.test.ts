import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";

const config = `import { defineProject, node, servers } from ${JSON.stringify(join(import.meta.dirname, "../index.ts"))};
export default defineProject({
  name: "tiny",
  app: node({ runtime: ">=22", processes: { web: { command: ["node", "server.js"] } }, ready: { path: "/ready" } }),
  environments: { staging: { target: servers([{ name: "web-1", address: "127.0.0.1", port: 1 }]) } },
});
`;

it("ends where it fails before it has read anything", { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "cozy-logs-"));
  await mkdir(join(folder, ".cozy"));
  await writeFile(join(folder, "package.json"), '{"type":"module"}');
  await writeFile(join(folder, "cozy.config.ts"), config);
  await writeFile(join(folder, "no-folder"), "");
  const env = { PATH: process.env["PATH"], HOME: folder, COZY_HOME: join(folder, "no-folder") };
  const main = join(import.meta.dirname, "../main.ts");
  const logs = spawn(process.execPath, [main, "logs", "staging"], { cwd: folder, env, stdio: "ignore" });
  onTestFinished(async () => {
    logs.kill("SIGKILL");
    await rm(folder, { recursive: true });
  });
  const [exitCode] = await once(logs, "exit");
  expect(exitCode).toBeGreaterThan(0);
});

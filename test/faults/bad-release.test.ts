import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startLoad } from "../../src/routing/testing/load.ts";
import {
  createSandbox,
  served,
  tinyConfig,
  until,
  type CliResult,
  type Sandbox,
} from "../support/sandbox.ts";
import { betweenRequestsMs } from "../support/soak.ts";

let sandbox: Sandbox;
let good: string;

beforeAll(async () => {
  sandbox = await createSandbox();
  await sandbox.ok(["deploy", "staging"]);
  good = (await served(sandbox.url)).release;
});
afterAll(async () => sandbox.dispose());
beforeEach(async () => {
  await sandbox.commit({ "behaviour.json": "{}", "cozy.config.ts": tinyConfig(sandbox.port) });
});

/** Deploys under load, expects a refusal, and that the good release never stopped serving. */
async function refused(files: Record<string, string>): Promise<CliResult> {
  await sandbox.commit(files);
  const load = startLoad({ url: `${sandbox.url}/`, connections: 8, pauseMs: betweenRequestsMs });
  const result = await sandbox.cozy(["deploy", "staging"]);
  const { failed, errors } = await load.stop();
  expect(errors).toEqual([]);
  expect(failed).toBe(0);
  expect(result.code).toBe(2);
  expect(result.stderr).toContain(`serves ${good}`);
  expect((await served(sandbox.url)).release).toBe(good);
  const status = await sandbox.json<{
    host: { instances: { id: { release: string } }[] };
    unfinished?: unknown;
  }>(["status", "staging"]);
  expect(status.host.instances.every(({ id }) => id.release === good)).toBe(true);
  expect(status.unfinished).toBeUndefined();
  return result;
}

const behaviour = (what: object) => ({ "behaviour.json": JSON.stringify(what) });

describe("a release that is not good", () => {
  it("exits at its start: refused at once, with what it logged", async () => {
    const { stderr } = await refused(behaviour({ exitAtStart: true }));
    expect(stderr).toContain("release-not-ready");
    expect(stderr).toContain("ended with exit code 7");
    expect(stderr).toContain("the flux is not coupled");
  });

  it("never gets ready: refused when its time is up", async () => {
    const config = tinyConfig(sandbox.port).replace('timeout: "60s"', 'timeout: "2s"');
    const { stderr } = await refused({ ...behaviour({ neverReady: true }), "cozy.config.ts": config });
    expect(stderr).toContain("status 503 instead of 200 (not yet) after 2 s");
  });

  it("fails its smoke test", async () => {
    const config = tinyConfig(sandbox.port).replace('text: "version"', 'text: "no such text"');
    const { stderr } = await refused({ "cozy.config.ts": config });
    expect(stderr).toContain("smoke-failed");
    expect(stderr).toContain('the page does not contain "no such text"');
    // What the instance logged stands with it.
    expect(stderr).toContain("tiny-app");
  });

  it("fails to build, and says why a run-time variable is not there", async () => {
    const config = tinyConfig(sandbox.port).replace(
      '{ COLOUR: "blue" }',
      '{ COLOUR: "blue", SESSION_SECRET: "not at build" }',
    );
    const { stderr } = await refused({ ...behaviour({ failBuild: true }), "cozy.config.ts": config });
    expect(stderr).toContain("build: SESSION_SECRET is not set");
    expect(stderr).toMatch(/run-time/i);
  });

  it("fails its migration", async () => {
    const { stderr } = await refused(behaviour({ failMigration: true }));
    expect(stderr).toContain("migration-failed");
    expect(stderr).toContain("relation venues does not exist");
  });

  it.each(["afterBuild", "beforeMigrate", "beforeSwitch"])("is stopped by the hook %s", async (hook) => {
    const command = `["node", "-e", "console.error('not today'); process.exit(6)"]`;
    const { stderr } = await refused({
      "cozy.config.ts": tinyConfig(sandbox.port, "", `hooks: { ${hook}: ${command} },`),
    });
    expect(stderr).toContain(`The hook ${hook}`);
    expect(stderr).toContain("not today");
  });
});

describe("a release that turns bad later", () => {
  it("crashes: each instance is started again, with back-off", async () => {
    await sandbox.commit({ "version.txt": "to crash\n" });
    await sandbox.ok(["deploy", "staging"]);
    await until("each was started again", async () => {
      await fetch(`${sandbox.url}/crash`).catch(() => undefined);
      const { host } = await sandbox.json<{
        host: { current: string; instances: { id: { release: string }; restarts: number }[] };
      }>(["status", "staging"]);
      const current = host.instances.filter(({ id }) => id.release === host.current);
      return current.length === 2 && current.every(({ restarts }) => restarts > 0);
    });
    await sandbox.ok(["rollback", "staging"]);
    expect((await served(sandbox.url)).release).toBe(good);
  });

  it("ignores SIGTERM: it is killed when its stop time-out is over", async () => {
    await sandbox.commit({
      ...behaviour({ ignoreSigterm: true }),
      "cozy.config.ts": tinyConfig(sandbox.port)
        .replace('stopTimeout: "5s"', 'stopTimeout: "1s"')
        .replace("database:", 'keep: { warm: "0s" }, database:'),
    });
    await sandbox.ok(["deploy", "staging"]);
    const stubborn = (await served(sandbox.url)).pid;
    await sandbox.commit(behaviour({}));
    await sandbox.ok(["deploy", "staging"]);
    expect(() => process.kill(stubborn, 0)).toThrow("ESRCH");
  });

  it("has hooks after it that fail: they are told and change nothing", async () => {
    const command = `["node", "-e", "process.exit(6)"]`;
    await sandbox.commit({
      "cozy.config.ts": tinyConfig(
        sandbox.port,
        "",
        `hooks: { afterDeploy: ${command}, afterRollback: ${command} },`,
      ),
      "version.txt": "hooked\n",
    });
    const deployed = await sandbox.ok(["deploy", "staging"]);
    expect(deployed.stdout).toContain("The hook afterDeploy");
    expect((await served(sandbox.url)).version).toBe("hooked");
  });

  it("runs onFailure of the release that serves when a later one is refused", async () => {
    const mark = `${sandbox.home}/told`;
    const command = `["node", "-e", "require('fs').writeFileSync('${mark}', process.env.COZY_RELEASE + ' ' + process.env.COZY_ERROR)"]`;
    await sandbox.commit({
      "cozy.config.ts": tinyConfig(sandbox.port, "", `hooks: { onFailure: ${command} },`),
    });
    await sandbox.ok(["deploy", "staging"]);
    await sandbox.commit(behaviour({ exitAtStart: true }));
    expect((await sandbox.cozy(["deploy", "staging"])).code).toBe(2);
    const { readFile } = await import("node:fs/promises");
    expect(await readFile(mark, "utf8")).toMatch(/^\d{8}-\d{6}-[0-9a-f]{7} release-not-ready$/);
  });
});

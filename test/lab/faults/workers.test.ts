import { describe, expect, it } from "vitest";
import { faultOfFleet } from "../../support/fleet-state.ts";
import { until } from "../../support/sandbox.ts";
import { KillStory } from "./kill-story.ts";
import { faultsAt, killedInTurn, operationsBeside } from "./killed-in-turn.ts";
import { faultStage, nextRelease, ok, servedVersion, type Application } from "./stage.ts";
import { faultsOfWorkers, migrationNotes } from "./worker-state.ts";

/** Its migration takes as long as the hook does in the other stage, and like any framework applies nothing twice. */
const application: Application = {
  processes: `worker: { command: ["node", "worker.js"], count: 2, stopTimeout: "5s" },
    scheduler: { command: ["node", "scheduler.js"] },`,
  more: `migrate: ["node", "migrate.js"], persist: ["data"],`,
  files: {
    "migrate.js": `import { appendFileSync, readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

const file = "data/migrations.txt";
const { COZY_RELEASE: release } = process.env;
const note = (what) => appendFileSync(file, \`\${what} \${release} \${process.pid}\\n\`);
note("begins");
await setTimeout(300 + 1000 * Number(readFileSync("hold.txt", "utf8")));
if (!readFileSync(file, "utf8").includes(\`applies \${release} \`)) note("applies");
note("ends");
`,
  },
};

/** Once the web instances serve, on which hosts. */
const follow = [
  "start-instances-singletons@host1",
  "start-instances-others@host1",
  "start-instances-others@host2",
  "await-steady@host1",
  "await-steady@host2",
];
const ofOld = ["stop-singletons-OLD@host1", "stop-instances-OLD@host1", "stop-instances-OLD@host2"];
/** What the application of killed-deployer.ts has not. */
const operations = {
  deploy: ["migrate@host1", ...follow, ...ofOld],
  rollback: [...follow, ...ofOld],
};

/** What it has as well. */
const others =
  /^(build-artifact|place-release|ensure-agents|start-instances-web|await-ready|smoke|publish-static|switch-routes|prove-served|set-current|retire-instances.*|end-warm-instances.*|prune-releases|count-lost)@/;

const timeoutMs = 3_600_000;

describe("workers and a scheduler on two hosts", () => {
  const stage = faultStage(2, application);
  const faultsBeside = async (release: string) => {
    const { applied, faults } = await migrationNotes(stage().fleet);
    const count = applied.filter((one) => one === release).length;
    if (count !== 1) faults.push(`the migration of ${release} was applied ${count} times`);
    return [...(await faultsOfWorkers(stage().fleet, release)), ...faults];
  };

  it("run once a host and once in all, and the migration ran once", async () => {
    const { release } = await KillStory.begin(stage(), "resume");
    expect(await faultsBeside(release)).toEqual([]);
  });

  it("have a plan with the operations that this file or killed-deployer.ts names, and no others", async () => {
    expect(await operationsBeside(stage(), others)).toEqual(operations.deploy.toSorted());
  });

  it.each(["resume", "abort"] as const)(
    "are as many as they should be, of one release, after a deployer is killed and %s runs on another machine",
    { timeout: timeoutMs },
    async (way) => {
      const kills = {
        deploy: faultsAt(way, operations.deploy),
        rollback: faultsAt(way, operations.rollback),
      };
      expect(await killedInTurn(stage(), way, kills, faultsBeside)).toEqual([]);
    },
  );

  it.each(["resume", "abort"] as const)(
    "are so after a kill in the middle of the migration, and %s runs none beside it",
    async (way) => {
      const { fleet, first, other } = stage();
      const before = await servedVersion(stage(), "host1");
      const begun = (await migrationNotes(fleet)).begun.length;
      await nextRelease(stage(), `migrating, ${way}`, { holdSeconds: 5 });
      const deploy = first.start(["deploy", "staging"]);
      const begins = async () => (await migrationNotes(fleet)).begun.length > begun;
      await until("the migration begins", begins, 60_000);
      process.kill(deploy.pid, "SIGKILL");
      await deploy.ended;
      await ok(other, "lease", "staging", "--take-over");
      await ok(other, way, "staging");
      const version = way === "resume" ? `migrating, ${way}` : before;
      expect(await faultOfFleet(fleet, version)).toBeUndefined();
      const { host } = await fleet.json<{ readonly host: { readonly current: string } }>([
        "status",
        "staging",
      ]);
      expect(await faultsBeside(host.current)).toEqual([]);
    },
  );
});

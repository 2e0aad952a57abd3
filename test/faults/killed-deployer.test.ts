import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { startLoad } from "../../src/routing/testing/load.ts";
import { killsInTurn } from "../support/kills.ts";
import { createSandbox, served, tinyConfig, type Sandbox } from "../support/sandbox.ts";
import { inSoak, times } from "../support/soak.ts";

/** Warm for just longer than what is in flight may take, so that many deploys don't fill the machine. */
const keep = `keep: { releases: 1, warm: process.env.WARM ?? "2s" }, drain: { requests: "1s", streams: "1s" },`;
const hooks = `hooks: { afterBuild: ["true"], beforeMigrate: ["true"], beforeSwitch: ["true"], afterDeploy: ["true"], afterRollback: ["true"] },`;

/** After every kill of so many a new deploy is tried as well. */
const refusedEach = 3;

interface PlanJson {
  readonly phases: readonly { readonly operations: readonly { readonly id: string }[] }[];
}

interface StatusJson {
  readonly host: {
    readonly current: string;
    readonly routes: Record<string, number>;
    readonly instances: {
      readonly id: { readonly release: string };
      readonly state: string;
      readonly retireAt?: number;
    }[];
  };
  readonly lease: { readonly holder?: unknown } | null;
  readonly unfinished?: unknown;
}

/** Every kind of operation that a deploy of the fixture application can hold; those of workers and singletons are in workers.test.ts. */
const kinds = [
  "build-artifact",
  "place-release",
  "ensure-agents",
  "run-hook-afterBuild",
  "back-up-before-migrate",
  "run-hook-beforeMigrate",
  "migrate",
  "start-instances-web",
  "await-ready",
  "smoke",
  "run-hook-beforeSwitch",
  "publish-static",
  "switch-routes",
  "prove-served",
  "set-current",
  "retire-instances",
  "end-warm-instances",
  "prune-releases",
  "run-hook-afterDeploy",
  "count-lost",
];

/** Those that depend on what is there to tidy up, and hold the names of old releases. */
const tidying = new Set(["retire-instances", "end-warm-instances", "prune-releases"]);

const rollbackKinds = [
  "start-instances-web",
  "await-ready",
  "smoke",
  "publish-static",
  "switch-routes",
  "prove-served",
  "set-current",
  "run-hook-afterRollback",
  "count-lost",
];

describe("a deployer that is killed before, in and after any operation", () => {
  it.concurrent.each(["resume", "abort"] as const)(
    "serves throughout, and after %s on exactly one known release",
    async (way) => {
      const sandbox = await createSandbox({ config: (port) => tinyConfig(port, keep, hooks) });
      const story = new KillStory(sandbox, way);
      try {
        await story.deploy();
        const load = startLoad({ url: `${sandbox.url}/`, connections: 2, pauseMs: times(40, 5) });
        const told: string[] = [];
        for (const { kind, point } of killsInTurn(way, kinds)) {
          const fault = await story.killedAt(kind, point);
          if (fault !== undefined) told.push(`${point} ${kind}: ${fault}`);
        }
        for (const { kind, point } of killsInTurn(way, rollbackKinds)) {
          const fault = await story.rollbackKilledAt(kind, point);
          if (fault !== undefined) told.push(`rollback, ${point} ${kind}: ${fault}`);
        }
        const { sent, failed, errors } = await load.stop();
        expect(told).toEqual([]);
        expect(errors).toEqual([]);
        expect(failed).toBe(0);
        expect(sent).toBeGreaterThan(1_000);
      } finally {
        await sandbox.dispose();
      }
    },
  );
});

class KillStory {
  readonly #sandbox: Sandbox;
  readonly #way: "resume" | "abort";
  #version = 0;
  /** Ids that every plan has, by their kind; one plan tells them all. */
  readonly #lasting = new Map<string, string>();

  constructor(sandbox: Sandbox, way: "resume" | "abort") {
    this.#sandbox = sandbox;
    this.#way = way;
  }

  async deploy(env: NodeJS.ProcessEnv = {}): Promise<void> {
    await this.#nextVersion();
    await this.#sandbox.ok(["deploy", "staging"], { env });
  }

  /** One deploy, killed there and taken up; what is wrong afterwards, if anything. */
  async killedAt(kind: string, point: string): Promise<string | undefined> {
    let fault: string | undefined = "never in the plan";
    // What is there to tidy up can change between the plan that is looked at and the one that is carried out.
    for (let round = 0; round < 4 && fault !== undefined; round += 1) {
      const operation = await this.#plannedOperation(kind);
      if (operation === undefined) return fault;
      const before = await served(this.#sandbox.url);
      await this.#nextVersion();
      fault = await this.#killed(["deploy", "staging"], point, operation);
      if (fault === undefined) return this.#takenUp(before.version, `v${this.#version}`);
    }
    return fault;
  }

  /** The same for a rollback to the other release that is kept. */
  async rollbackKilledAt(kind: string, point: string): Promise<string | undefined> {
    const before = await served(this.#sandbox.url);
    const releases = await this.#sandbox.json<{ id: string; subject: string }[]>(["releases", "staging"]);
    const other = releases.find(({ id }) => id !== before.release);
    if (other === undefined) return "there is no other release to go to";
    const to = await this.#versionOf(other.id);
    const fault = await this.#killed(["rollback", "staging", other.id], point, `${kind}@this-machine`);
    return fault ?? this.#takenUp(before.version, to);
  }

  async #killed(command: readonly string[], point: string, operation: string): Promise<string | undefined> {
    const { code, stderr } = await this.#sandbox.cozy(command, {
      env: { COZY_FAULT: `${point}:${operation}` },
    });
    return code === 128 ? undefined : `was not killed but ended with ${code}: ${stderr}`;
  }

  /** Looks after the kill, has the plan resumed or aborted, and looks again. */
  async #takenUp(before: string, meant: string): Promise<string | undefined> {
    const sandbox = this.#sandbox;
    const between = await served(sandbox.url).catch((error: unknown) => String(error));
    if (typeof between === "string") return `does not serve after the kill: ${between}`;
    // What a new deploy says hardly depends on the point: it looks at the journal before anything else.
    if (inSoak || this.#version % refusedEach === 0) {
      const refused = await sandbox.cozy(["deploy", "staging"]);
      if (!refused.stderr.includes("unfinished-plan"))
        return `a new deploy says: ${refused.stdout}${refused.stderr}`;
    }
    const taken = await sandbox.cozy([this.#way, "staging"]);
    const inForce = this.#way === "abort" && taken.code === 2 && taken.stderr.includes("already-committed");
    if (inForce) await sandbox.ok(["resume", "staging"]);
    else if (taken.code !== 0) return `${this.#way} ended with ${taken.code}: ${taken.stdout}${taken.stderr}`;
    return this.#faultAfterwards(this.#way === "resume" || inForce ? meant : before);
  }

  async #versionOf(release: string): Promise<string> {
    const file = join(
      this.#sandbox.home,
      "environments",
      "tiny-staging",
      "releases",
      release,
      "app",
      "version.txt",
    );
    return (await readFile(file, "utf8")).trim();
  }

  async #faultAfterwards(expected: string): Promise<string | undefined> {
    const after = await served(this.#sandbox.url);
    if (after.version !== expected) return `serves ${after.version} instead of ${expected}`;
    const { host, lease, unfinished } = await this.#sandbox.json<StatusJson>(["status", "staging"]);
    const releases = new Set(Object.keys(host.routes).map((socket) => socket.split("/")[0]));
    if (releases.size !== 1 || !releases.has(host.current)) {
      return `routes lead to ${[...releases].join(", ")}, current is ${host.current}`;
    }
    // One whose time has just come is about to end, and is warm no more.
    const left = host.instances.filter(
      ({ id, state, retireAt }) =>
        id.release !== host.current && retireAt === undefined && state !== "stopping",
    );
    if (left.length > 0) return `instances of ${left.map(({ id }) => id.release).join(", ")} were left`;
    if (lease?.holder !== undefined) return "the lease is still held";
    return unfinished === undefined ? undefined : "the plan is still unfinished";
  }

  /** Ids of operations on old releases hold their names; and some are only needed when there is something to tidy up. */
  async #plannedOperation(kind: string): Promise<string | undefined> {
    const lasting = this.#lasting.get(kind);
    if (lasting !== undefined) return lasting;
    // What is still warm has to be so when the plan that is looked at is carried out, on a slow machine too.
    const isOfWarmOnes = kind === "end-warm-instances";
    for (let round = 0; round < 6; round += 1) {
      if (isOfWarmOnes) await this.deploy({ WARM: "60s" });
      const { phases } = await this.#sandbox.json<PlanJson>(["plan", "staging"]);
      const ids = phases.flatMap(({ operations }) => operations.map(({ id }) => id));
      for (const lasting of kinds.filter((one) => !tidying.has(one))) {
        const id = ids.find((one) => one.startsWith(lasting));
        if (id !== undefined) this.#lasting.set(lasting, id);
      }
      const id = ids.find((one) => one.startsWith(kind));
      if (id !== undefined) return id;
      if (!isOfWarmOnes) await this.deploy();
      if (kind === "prune-releases") await setTimeout(2_500);
    }
    return undefined;
  }

  async #nextVersion(): Promise<void> {
    this.#version += 1;
    await this.#sandbox.commit({ "version.txt": `v${this.#version}\n` });
  }
}

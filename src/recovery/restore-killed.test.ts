import { existsSync, readdirSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Engine, Point } from "../engine/engine.ts";
import { parseJournal } from "../engine/journal.ts";
import { abortPlan, resumePlan, runPlan } from "../engine/run-plan.ts";
import { memoryJournals } from "../engine/testing/memory-journals.ts";
import { occasion, someone } from "../engine/testing/plans.ts";
import { neverInterrupted } from "../engine/testing/shelf.ts";
import { fakeHost, type FakeHost } from "../hosts/fake-host.ts";
import type { Environment } from "../project/project.ts";
import type { Plan } from "../release/plan.ts";
import { releaseOperationKinds } from "../release/operations/index.ts";
import { processType, sampleProject, sampleRecord, sampleWorld } from "../release/testing.ts";
import type { ReleaseWorld } from "../release/world.ts";
import { openQuietly } from "../shared/open-quietly.ts";
import { planRestore } from "./plan-restore.ts";
import { sqliteRestorer, type Restorer } from "./restorer.ts";
import { stampOf } from "./swap-files.ts";
import { sqliteStage, type SqliteStage } from "./testing/sqlite-stage.ts";

const never = new AbortController().signal;
const processes = { web: processType(["w"], 2), worker: processType(["k"], 1) };
const project = sampleProject({ processes, smoke: [] }, { processes });

/** A database with six bookings, three of which its backup has, and a release that serves them: real files, and a host in memory. */
class RestoreStory {
  readonly stage: SqliteStage;
  readonly host: FakeHost;
  readonly journals = memoryJournals();
  readonly world: ReleaseWorld;
  readonly plan: Plan;

  private constructor(stage: SqliteStage, host: FakeHost, restorer: Restorer, plan: Plan) {
    this.stage = stage;
    this.host = host;
    this.world = { ...sampleWorld(host), restorer: async () => restorer };
    this.plan = plan;
  }

  static async begin(stage: SqliteStage, cheap = false): Promise<RestoreStory> {
    const environment = project.environments["staging"];
    const [record] = await stage.backups.list(never);
    if (environment === undefined || record === undefined) throw new Error("there is nothing to restore");
    const { id: backup } = record;
    const facts = { project, environment, backup, stamp: stampOf(stage.pass(0)), migrate: false, yes: true };
    const current = sampleRecord(project, "r1");
    const host = fakeHost("this-machine");
    await host.placeRelease({ release: current, variables: {}, persist: [] }, never);
    await host.ensureAgents(sampleWorld(host).proxy, never);
    await host.startInstances({ release: "r1" }, never);
    await host.switchRoutes(1, [{ hundredths: 100, sockets: ["r1/web.0.sock", "r1/web.1.sock"] }], never);
    await host.setCurrent("r1", never);
    const observed = await host.observe(never);
    const plan = planRestore({ ...facts, fleet: [observed], current, release: current });
    return new RestoreStory(stage, host, realRestorer(stage, environment, cheap), plan);
  }

  get operations(): string[] {
    return this.plan.phases.flatMap(({ operations }) => operations.map(({ id }) => id));
  }

  /** Carries the plan out until its deployer is gone at that point. Nothing of it goes on afterwards. */
  async killedAt(point: Point, operation: string): Promise<void> {
    const gone = Promise.withResolvers<"gone">();
    const die = async () => {
      gone.resolve("gone");
      await new Promise(() => undefined);
    };
    const engine: Engine<ReleaseWorld> = {
      ...this.engine(),
      worldFor: ({ id }) => (point === "in" && id === operation ? dyingWorld(this.world, die) : this.world),
      onPoint: async (reached, id, direction) => {
        if (reached === point && id === operation && direction === "run") await die();
      },
    };
    expect(await Promise.race([runPlan(this.plan, occasion, engine), gone.promise])).toBe("gone");
    await setTimeout(0);
  }

  async takenUp(way: "resume" | "abort") {
    const [name = ""] = await this.journals.list();
    const journal = parseJournal(name, await this.journals.read(name));
    return (way === "resume" ? resumePlan : abortPlan)(journal, someone, this.engine());
  }

  engine(): Engine<ReleaseWorld> {
    return {
      kinds: releaseOperationKinds,
      worldFor: () => this.world,
      hold: { token: 1, lost: never, confirm: async () => undefined },
      journals: this.journals,
      interrupt: neverInterrupted(),
      emit: () => undefined,
      now: () => this.stage.pass(1_000),
      served: async () => [],
    };
  }

  /** What is wrong now, where the database in use should have this many bookings. */
  async fault(bookings: number): Promise<string | undefined> {
    const { routes, instances, current } = await this.host.observe(never);
    const served = Object.keys(routes).toSorted().join();
    if (served !== "r1/web.0.sock,r1/web.1.sock") return `routes lead to ${served}`;
    const running = instances
      .map(({ id }) => `${id.type}.${id.index}`)
      .toSorted()
      .join();
    if (running !== "web.0,web.1,worker.0") return `these run: ${running}`;
    if (current !== "r1") return `current is ${current}`;
    const has = bookingsIn(this.stage.database);
    if (has !== bookings) return `the database has ${has} bookings instead of ${bookings}`;
    const names = readdirSync(this.stage.paths.database);
    if (names.some((name) => /restored|partial/.test(name))) return `left: ${names.join()}`;
    const whole = [...names.filter((name) => /before-\w+Z$/.test(name)), "database.sqlite"];
    const counts = whole.map((name) => bookingsIn(`${this.stage.paths.database}/${name}`));
    return counts.includes(6) ? undefined : `nothing has all six bookings: ${whole.join()}`;
  }
}

/** `cheap` leaves out what changes nothing and takes its time. */
function realRestorer(stage: SqliteStage, environment: Environment, cheap: boolean): Restorer {
  const { paths } = stage;
  const restorer = sqliteRestorer({
    environment,
    paths,
    machine: { home: "", artifacts: "", trees: "", runtimes: "", agents: "" },
    backups: async () => stage.backups,
    now: () => stage.pass(0),
    random: (size) => new Uint8Array(size),
    homeFolder: "",
    runs: noScratch,
  });
  // What a release does on restored data is shown by the stories.
  const fine = { ready: { ok: true, faults: [], tail: [] }, answers: [], statements: [], stages: [] };
  const tryOn: Restorer["tryOn"] = async (_, release) => ({ release, ...fine });
  if (!cheap) return { ...restorer, tryOn };
  const loss = { backup: "", at: 0, spanMs: 0, tables: [], unreadable: undefined };
  return { ...restorer, tryOn, loss: async () => loss, backUp: async () => undefined };
}

const none = async () => Promise.reject(new Error("nothing is tried here"));
const noScratch = { hasOwnUser: false, open: none, remove: none };

/** Dies as soon as something has had its effect. */
function dyingWorld(world: ReleaseWorld, die: () => Promise<void>): ReleaseWorld {
  const dying = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(object, key, receiver) {
        const value: unknown = Reflect.get(object, key, receiver);
        if (typeof value !== "function") return value;
        return async (...args: unknown[]) => {
          await Reflect.apply(value, object, args);
          await die();
        };
      },
    });
  return {
    ...world,
    host: (name) => dying(world.host(name)),
    restorer: async () => dying(await world.restorer()),
  };
}

function bookingsIn(file: string): number {
  if (!existsSync(file)) return -1;
  const database = openQuietly(file, { readOnly: true });
  try {
    return Number(database.prepare("SELECT count(*) AS n FROM bookings").get()?.["n"]);
  } finally {
    database.close();
  }
}

let stage: SqliteStage;
beforeEach(async () => {
  stage = await sqliteStage();
  await stage.addBookings(3);
  await stage.backups.backUp({ class: "daily", release: "r1", for: undefined }, never);
  stage.pass(3_600_000);
  await stage.addBookings(3);
});
afterEach(async () => stage.dispose());

describe("a restore", () => {
  it("ends with the backup's data in use, and keeps the other", async () => {
    const story = await RestoreStory.begin(stage);
    expect(await runPlan(story.plan, occasion, story.engine())).toMatchObject({ outcome: "committed" });
    expect(await story.fault(3)).toBeUndefined();
    const kept = await stage.backups.list(never);
    expect(kept.map(({ record }) => record?.class)).toEqual(["daily", "deploy"]);
  });

  it.each(["switchRoutes", "startInstances", "awaitReady", "prove", "setCurrent"])(
    "puts everything back where %s fails",
    async (method) => {
      const story = await RestoreStory.begin(stage, true);
      story.host.failNext(method, new Error("broken"));
      expect(await runPlan(story.plan, occasion, story.engine())).toMatchObject({ outcome: "undone" });
      expect(await story.fault(6)).toBeUndefined();
    },
  );

  it("goes no further than the backup where it is damaged", async () => {
    const story = await RestoreStory.begin(stage);
    const [backup] = await stage.backups.list(never);
    if (backup !== undefined) await stage.spoil(backup);
    const { outcome, error } = await runPlan(story.plan, occasion, story.engine());
    expect([outcome, error?.code]).toEqual(["undone", "backup-damaged"]);
    expect(await story.fault(6)).toBeUndefined();
  });
});

describe("a restore whose deployer is killed", () => {
  it.each(["resume", "abort"] as const)(
    "at any point: after %s one known database, and no booking lost",
    { timeout: 120_000 },
    async (way) => {
      const pristine = await readFile(stage.database);
      const told: string[] = [];
      for (const operation of (await RestoreStory.begin(stage)).operations) {
        // After an effect differs from within it only where one operation has several.
        const points = /put-in-place|close-site|open-site/.test(operation)
          ? (["before", "in", "after", "recorded"] as const)
          : (["before", "in"] as const);
        for (const point of points) {
          const fault = await killedAndTakenUp(point, operation, way);
          if (fault !== undefined) told.push(`${point} ${operation}: ${fault}`);
          await rm(stage.paths.database, { recursive: true });
          await mkdir(stage.paths.database);
          await writeFile(stage.database, pristine);
          stage.pass(60_000);
        }
      }
      expect(told).toEqual([]);
    },
  );
});

async function killedAndTakenUp(
  point: Point,
  operation: string,
  way: "resume" | "abort",
): Promise<string | undefined> {
  const story = await RestoreStory.begin(stage, true);
  await story.killedAt(point, operation);
  try {
    const { outcome } = await story.takenUp(way);
    if (outcome !== (way === "resume" ? "committed" : "undone")) return `${way} came to ${outcome}`;
    return await story.fault(way === "resume" ? 3 : 6);
  } catch (error) {
    if (way !== "abort" || !String(error).includes("can't be aborted")) return String(error);
    await story.takenUp("resume");
    return story.fault(3);
  }
}

import { describe, expect, it } from "vitest";
import type { OperationContext } from "../engine/operation.ts";
import { fakeHost } from "../hosts/fake-host.ts";
import { processType, sampleProject, sampleRecord, sampleWorld } from "../release/testing.ts";
import type { ReleaseWorld } from "../release/world.ts";
import { confirmRestore } from "./operations/confirm-restore.ts";
import { tryRestoredRelease } from "./operations/try-restored-release.ts";
import { planRestore, type RestoreFacts } from "./plan-restore.ts";
import { noRestores } from "./testing/no-restores.ts";

const never = new AbortController().signal;
const processes = { web: processType(["w"], 2), worker: processType(["k"], 1) };
const project = sampleProject({ processes }, { processes });

async function planned(change: Partial<RestoreFacts> = {}, running: readonly string[] = ["r1"]) {
  const environment = project.environments["staging"];
  if (environment === undefined) throw new Error("the sample project has a staging environment");
  const host = fakeHost();
  for (const id of ["r0", "r1"]) {
    await host.placeRelease({ release: sampleRecord(project, id), variables: {}, persist: [] }, never);
  }
  if (running.length > 0) await host.ensureAgents(sampleWorld(host).proxy, never);
  for (const release of running) await host.startInstances({ release }, never);
  const current = sampleRecord(project, "r1");
  const plan = planRestore({
    project,
    environment,
    fleet: [await host.observe(never)],
    current,
    release: current,
    backup: "b1",
    stamp: "20261124T031500Z",
    migrate: false,
    yes: false,
    ...change,
  });
  const all = plan.phases.flatMap(({ operations }) => operations);
  return {
    plan,
    ids: all.map(({ id }) => id.split("@")[0]),
    input: (kind: string) => all.find((one) => one.kind === kind)?.input,
  };
}

describe("the plan of a restore", () => {
  it("closes the site only once all that can fail for the backup's sake is done, and opens it last", async () => {
    const { plan, ids } = await planned();
    expect(ids).toEqual([
      "restore-aside",
      "try-restored-release",
      "confirm-restore",
      "back-up-before-restore",
      "close-site",
      "stop-writers",
      "put-in-place",
      "start-instances-web",
      "await-ready",
      "smoke",
      "open-site",
      "prove-served",
      "start-instances-others",
      "await-steady",
      "set-current",
      "finish-restore",
    ]);
    expect(plan).toMatchObject({ command: "restore", subject: "b1", release: "r1", previous: undefined });
    expect(plan.phases.map(({ committed }) => committed)).toEqual([
      ...Array.from({ length: 6 }, () => false),
      true,
    ]);
  });

  it("stops what is only warm as well, and an undo starts no more than the release in force", async () => {
    const { input } = await planned({}, ["r0", "r1"]);
    expect(input("stop-writers")).toMatchObject({
      running: { r0: ["web", "worker"], r1: ["web", "worker"] },
      back: { release: "r1", types: ["web", "worker"] },
    });
  });

  it("starts the supervisor of an environment that is stopped, and has nothing to start again", async () => {
    const { ids, input } = await planned({}, []);
    expect(ids[0]).toBe("ensure-agents");
    expect(input("stop-writers")).toMatchObject({ running: {}, back: null });
  });

  it("runs the migrations on the restored file, or puts another release into force", async () => {
    const migrating = await planned({ migrate: true });
    expect(migrating.ids.slice(0, 3)).toEqual(["restore-aside", "migrate-restored", "try-restored-release"]);
    expect(migrating.input("confirm-restore")).toMatchObject({
      again: "cozy restore staging b1 --migrate --yes",
    });
    const older = await planned({ release: sampleRecord(project, "r0") });
    expect(older.ids).toContain("publish-static");
    expect(older.input("set-current")).toMatchObject({ release: "r0" });
    expect(older.input("confirm-restore")).toMatchObject({
      again: "cozy restore staging b1 --release r0 --yes",
    });
  });
});

const loss = {
  backup: "b1",
  at: 0,
  spanMs: 1,
  tables: [{ table: "t", restored: 1, live: 3 }],
  unreadable: undefined,
};

function context(choice: string | undefined) {
  const notes: string[] = [];
  const world: ReleaseWorld = {
    ...sampleWorld(),
    restorer: async () => ({ ...noRestores, loss: async () => loss }),
    person: {
      atTerminal: choice !== undefined,
      ask: async () => ({ choice: choice ?? "", who: "ada on laptop" }),
    },
  };
  const parts = {
    world,
    signal: never,
    token: 1,
    now: () => 0,
    note: (text: string) => void notes.push(text),
  };
  const silent = {
    progress: () => undefined,
    output: () => undefined,
    warn: () => undefined,
    watched: () => undefined,
  };
  const made: OperationContext<ReleaseWorld> = { ...parts, ...silent };
  return { made, notes };
}

describe("what would be lost", () => {
  const input = {
    host: "h",
    backup: "b1",
    stamp: "s",
    release: "r1",
    environment: "staging",
    again: "cozy restore … --yes",
  };

  it("is said before anybody is asked", async () => {
    const { made, notes } = context("restore");
    expect(await confirmRestore.run({ ...input, yes: false }, made)).toBe("ada on laptop said to restore");
    expect(notes.findIndex((note) => note.includes("t: 2 fewer"))).toBe(1);
    expect(notes.findIndex((note) => note.startsWith("Restore backup b1?"))).toBeGreaterThan(1);
  });

  it("is not lost where a person keeps it, or nobody is there to say", async () => {
    await expect(confirmRestore.run({ ...input, yes: false }, context("keep").made)).rejects.toMatchObject({
      code: "declined",
    });
    await expect(confirmRestore.run({ ...input, yes: false }, context(undefined).made)).rejects.toMatchObject(
      {
        code: "restore-not-confirmed",
        details: expect.arrayContaining(["  t: 2 fewer (1 instead of 3)"]) as unknown,
        next: input.again,
      },
    );
  });

  it("is said too where it was agreed to beforehand", async () => {
    const { made, notes } = context(undefined);
    expect(await confirmRestore.run({ ...input, yes: true }, made)).toBe("by --yes");
    expect(notes.join()).toContain("t: 2 fewer");
  });
});

describe("a release that does not run on the restored data", () => {
  it.each([
    [
      "could",
      "cozy restore staging b1 --migrate, to run the release's migrations on it first; or cozy restore staging b1 --release <id>",
    ],
    ["ran", "cozy restore staging b1 --release <id>"],
  ] as const)("is refused with the ways out (migrations %s run)", async (migrate, next) => {
    const bad = { check: "GET /", ok: false, reason: "status 500 instead of 200", durationMs: 1 };
    const trial = {
      ready: { ok: true, faults: [], tail: [] },
      answers: [bad],
      statements: ["x: no such table"],
      stages: [],
    };
    const { made } = context(undefined);
    const world = {
      ...made.world,
      restorer: async () => ({ ...noRestores, tryOn: async () => ({ release: "r1", ...trial }) }),
    };
    const input = { host: "h", backup: "b1", stamp: "s", release: "r1", environment: "staging", migrate };
    await expect(tryRestoredRelease.run(input, { ...made, world })).rejects.toMatchObject({
      code: "restored-data-unfit",
      message: "Release r1 does not run on backup b1: GET /: status 500 instead of 200.",
      details: ["statement: x: no such table"],
      next: expect.stringMatching(new RegExp(`^${next}`)) as unknown,
    });
  });
});

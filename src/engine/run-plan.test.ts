import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CozyError } from "../errors/cozy-error.ts";
import type { Engine } from "./engine.ts";
import { outcomeOf, parseJournal, type Journal } from "./journal.ts";
import { unfinishedJournal, type JournalStore } from "./journal-store.ts";
import { isCommitted, progressOf } from "./plan-progress.ts";
import { abortPlan, resumePlan, runPlan } from "./run-plan.ts";
import { occasion, planOf, someone } from "./testing/plans.ts";
import { memoryJournals } from "./testing/memory-journals.ts";
import { engineOver, newShelf, put, type Shelf } from "./testing/shelf.ts";

const twoHosts = planOf([["a@1", "a@2"], ["b@1", "b@2"], ["c@1"]], 2);

describe("runPlan", () => {
  it("carries out every operation, phase by phase, and ends committed", async () => {
    const shelf = newShelf();
    const engine = engineOver(shelf);
    const result = await runPlan(twoHosts, occasion, engine);
    expect(result).toMatchObject({ outcome: "committed", error: undefined, outstanding: [] });
    expect(result.serves).toEqual([{ host: "host", release: "new" }]);
    expect(shelf.done.slice(0, 2).toSorted()).toEqual(["run a@1", "run a@2"]);
    expect(shelf.done.slice(4)).toEqual(["run c@1"]);
    expect(engine.events.at(-1)).toMatchObject({
      type: "plan-ended",
      outcome: "committed",
      next: ["cozy status production", "cozy rollback production"],
    });
    expect(await unfinishedJournal(engine.journals)).toBeUndefined();
  });

  it("records a start before the effect and an end after it", async () => {
    const shelf = newShelf();
    const engine = engineOver(shelf);
    const seen: string[] = [];
    shelf.inside = async (_act, id) => {
      const entries = (await onlyJournal(engine.journals)).entries;
      seen.push(`${id}: ${entries.map((entry) => entry.event).join(" ")}`);
    };
    await runPlan(planOf([["a@1"], ["b@1"]]), occasion, engine);
    expect(seen).toEqual(["a@1: started", "b@1: started done started"]);
  });

  it("lets siblings end, gathers all errors, and undoes in reverse, phase by phase", async () => {
    const shelf = newShelf();
    const started = Promise.withResolvers<void>();
    shelf.inside = async (act, id) => {
      if (act === "undo") return;
      if (id === "b@1") {
        await started.promise;
        throw new CozyError("deadline-passed", { message: "b@1 broke" });
      }
      if (id === "b@2") {
        started.resolve();
        await new Promise((resolve) => setTimeout(resolve, 20));
        throw new Error("b@2 broke as well");
      }
    };
    const engine = engineOver(shelf);
    const result = await runPlan(planOf([["a@1", "a@2"], ["b@1", "b@2"], ["c@1"]], 2), occasion, engine);
    expect(result.outcome).toBe("undone");
    expect(result.error).toMatchObject({
      code: "deadline-passed",
      message: "b@1 broke",
      details: ['"put b@2" on 2: b@2 broke as well'],
      state: "Everything was taken back. host serves old.",
      next: "Mend the cause, then: cozy deploy production",
    });
    expect(shelf.things.size).toBe(0);
    const undone = shelf.done.filter((line) => line.startsWith("undo"));
    expect(undone.slice(0, 2).toSorted()).toEqual(["undo b@1", "undo b@2"]);
    expect(undone.slice(2).toSorted()).toEqual(["undo a@1", "undo a@2"]);
    expect(shelf.done).not.toContain("run c@1");
  });

  it("goes on undoing where one operation can't be undone, and leaves the journal for another abort", async () => {
    const shelf = newShelf();
    shelf.inside = (act, id) => {
      if (act === "run" ? id === "c@1" : id === "b@1") throw new Error(`${act} ${id} broke`);
    };
    const engine = engineOver(shelf);
    const result = await runPlan(planOf([["a@1"], ["b@1"], ["c@1"]]), occasion, engine);
    expect(result.error).toMatchObject({
      code: "undo-incomplete",
      details: ['"put b@1" on 1: undo b@1 broke'],
      next: "cozy abort production",
    });
    expect([...shelf.things]).toEqual(["b@1"]);

    delete shelf.inside;
    shelf.done.length = 0;
    const again = await abortPlan(await unfinished(engine.journals), someone, engine);
    expect(again).toMatchObject({ outcome: "undone", error: undefined });
    expect(shelf.done).toEqual(["undo b@1"]);
  });

  it("takes nothing back once the release is in force: a failure is told and left", async () => {
    const shelf = newShelf();
    shelf.inside = (_act, id) => {
      if (id === "c@1") throw new Error("c@1 broke");
    };
    const engine = engineOver(shelf);
    const result = await runPlan(planOf([["a@1"], ["c@1"], ["d@1"]], 1), occasion, engine);
    expect(result).toMatchObject({ outcome: "committed", error: undefined });
    expect(result.outstanding.map((failure) => failure.operation.id)).toEqual(["c@1"]);
    expect(shelf.done).toEqual(["run a@1", "run c@1", "run d@1"]);
  });

  it("fails an operation that does not end within its deadline", async () => {
    const shelf = newShelf();
    shelf.inside = async (act, _id, signal) => {
      if (act === "run")
        await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    };
    const engine = engineOver(shelf, { kinds: { put: { ...put, deadlineMs: () => 30 } } });
    const result = await runPlan(planOf([["a@1"]]), occasion, engine);
    expect(result.error).toMatchObject({
      code: "deadline-passed",
      message: '"put a@1" on 1 did not end within 30 ms.',
    });
    expect(shelf.things.size).toBe(0);
  });

  it("refuses a plan with an operation it does not know before anything is written", async () => {
    const engine = engineOver(newShelf(), { kinds: {} });
    await expect(runPlan(twoHosts, occasion, engine)).rejects.toMatchObject({ code: "unknown-operation" });
    expect(await engine.journals.list()).toEqual([]);
  });

  it("works on at most so many hosts at a time", async () => {
    const shelf = newShelf();
    let [running, most] = [0, 0];
    shelf.inside = async () => {
      most = Math.max(most, (running += 1));
      await new Promise((resolve) => setTimeout(resolve, 5));
      running -= 1;
    };
    const ids = Array.from({ length: 9 }, (_, host) => `a@${host}`);
    await runPlan(planOf([ids]), occasion, engineOver(shelf, { parallelHosts: 3 }));
    expect(most).toBe(3);
  });
});

describe("an interrupt", () => {
  it("cancels what runs, takes all back and says what serves", async () => {
    const [shelf, stop] = [newShelf(), interrupts()];
    shelf.inside = async (act, id, signal) => {
      if (act === "undo" || id !== "b@1") return;
      stop.gently.abort();
      signal.throwIfAborted();
    };
    const engine = engineOver(shelf, { interrupt: stop.interrupt });
    const result = await runPlan(planOf([["a@1"], ["b@1"], ["c@1"]]), occasion, engine);
    expect(result.outcome).toBe("undone");
    expect(result.error).toMatchObject({
      code: "interrupted",
      state: "Everything was taken back. host serves old.",
      next: "cozy deploy production",
    });
    expect(shelf.done).toEqual(["run a@1", "run b@1", "undo b@1", "undo a@1"]);
  });

  it("a second time stops at once, though the undo hangs, and leaves the journal to resume or abort", async () => {
    const [shelf, stop] = [newShelf(), interrupts()];
    shelf.inside = async (act) => {
      if (act === "run") return stop.gently.abort();
      stop.atOnce.abort();
      await new Promise(() => {});
    };
    const engine = engineOver(shelf, { interrupt: stop.interrupt });
    const result = await runPlan(planOf([["a@1"], ["b@1"]]), occasion, engine);
    expect(result.outcome).toBe("interrupted");
    expect(result.error?.next).toBe("cozy resume production, to go on, or cozy abort production, to go back");
    expect(outcomeOf(await unfinished(engine.journals))).toBeUndefined();
  });

  it("after the commit leaves the tidying up to resume", async () => {
    const [shelf, stop] = [newShelf(), interrupts()];
    shelf.inside = (_act, id) => {
      if (id === "b@1") stop.gently.abort();
    };
    const engine = engineOver(shelf, { interrupt: stop.interrupt });
    const plan = planOf([["a@1"], ["b@1"], ["c@1"]], 1);
    const result = await runPlan(plan, occasion, engine);
    expect(result).toMatchObject({
      outcome: "interrupted",
      error: { code: "interrupted", next: "cozy resume production" },
    });
    expect(shelf.done).toEqual(["run a@1", "run b@1"]);

    const journal = await unfinished(engine.journals);
    await expect(abortPlan(journal, someone, engine)).rejects.toMatchObject({ code: "already-committed" });
    const resumed = await resumePlan(journal, someone, { ...engine, interrupt: interrupts().interrupt });
    expect(resumed.outcome).toBe("committed");
    expect(shelf.done).toEqual(["run a@1", "run b@1", "run c@1"]);
  });
});

describe("a lost lease", () => {
  it("stops the deployer, which takes nothing back and writes nothing more", async () => {
    const [shelf, lost] = [newShelf(), new AbortController()];
    const confirm = async () => lost.signal.throwIfAborted();
    shelf.inside = (_act, id) => {
      if (id === "b@1") lost.abort(new CozyError("lease-lost", { message: "another took it" }));
    };
    const engine = engineOver(shelf, { hold: { token: 1, lost: lost.signal, confirm } });
    const result = await runPlan(planOf([["a@1"], ["b@1"], ["c@1"]]), occasion, engine);
    expect(result).toMatchObject({ outcome: "interrupted", error: { code: "lease-lost" } });
    expect(result.error?.state).toContain("Nothing was taken back");
    expect(shelf.done).toEqual(["run a@1", "run b@1"]);
    const events = (await unfinished(engine.journals)).entries.map((entry) => entry.event);
    expect(events).toEqual(["started", "done", "started"]);
    expect(engine.events.filter(({ type }) => type === "warning")).toEqual([]);
  });

  it.each([
    [2, ["run a@1"]],
    [4, ["run a@1", "run b@1", "run c@1"]],
    [5, ["run a@1", "run b@1", "run c@1", "undo c@1"]],
  ])("is noticed before the next step, forward and back (look %i)", async (noticedAt, done) => {
    const [shelf, lost] = [newShelf(), new AbortController()];
    let looks = 0;
    const confirm = async () => {
      looks += 1;
      if (looks === noticedAt) lost.abort(new CozyError("lease-lost", { message: "another took it" }));
      lost.signal.throwIfAborted();
    };
    shelf.inside = (act, id) => {
      if (act === "run" && id === "c@1") throw new Error("broke");
    };
    const engine = engineOver(shelf, { hold: { token: 1, lost: lost.signal, confirm } });
    const result = await runPlan(planOf([["a@1"], ["b@1"], ["c@1"]]), occasion, engine);
    expect(result.error?.code).toBe("lease-lost");
    expect(shelf.done).toEqual(done);
  });
});

describe("resumePlan", () => {
  it("believes the host and not the journal: what was done and is gone is done again", async () => {
    const [shelf, stop] = [newShelf(), interrupts()];
    shelf.inside = (_act, id) => {
      if (id === "c@1") stop.atOnce.abort();
    };
    const engine = engineOver(shelf, { interrupt: stop.interrupt });
    await runPlan(planOf([["a@1"], ["b@1"], ["c@1"]]), occasion, engine);
    shelf.things.delete("a@1");
    shelf.done.length = 0;
    const again = { ...engine, interrupt: interrupts().interrupt };
    expect(await resumePlan(await unfinished(engine.journals), someone, again)).toMatchObject({
      outcome: "committed",
    });
    expect(shelf.done).toEqual(["run a@1", "run c@1"]);
    expect(engine.events).toContainEqual(
      expect.objectContaining({
        type: "operation-skipped",
        operation: "b@1",
        reason: "done before, and still in place",
      }),
    );
  });

  it("has nothing to do for a plan that has ended, and neither has abort", async () => {
    const engine = engineOver(newShelf());
    await runPlan(twoHosts, occasion, engine);
    const journal = await onlyJournal(engine.journals);
    await expect(resumePlan(journal, someone, engine)).rejects.toMatchObject({ code: "journal-ended" });
    await expect(abortPlan(journal, someone, engine)).rejects.toMatchObject({ code: "journal-ended" });
  });
});

describe("a journal that can't be written any more", () => {
  it("keeps nothing from being taken back", async () => {
    const shelf = newShelf();
    const journals = memoryJournals();
    let full = false;
    const filling: JournalStore = {
      ...journals,
      create: async (name, header) => {
        const file = await journals.create(name, header);
        return {
          ...file,
          append: (line) => (full ? Promise.reject(new Error("no space")) : file.append(line)),
        };
      },
    };
    shelf.inside = (_act, id) => {
      if (id === "b@1") full = true;
    };
    const engine = engineOver(shelf, { journals: filling });
    const result = await runPlan(planOf([["a@1"], ["b@1"]]), occasion, engine);
    expect(result).toMatchObject({ outcome: "undone" });
    expect(result.error?.message).toContain("no space");
    expect(shelf.things.size).toBe(0);
    expect(engine.events).toContainEqual(expect.objectContaining({ type: "warning", message: "no space" }));

    full = false;
    const again = await abortPlan(await unfinished(journals), someone, { ...engine, journals });
    expect(again.outcome).toBe("undone");
  });
});

describe("any plan, killed anywhere", () => {
  const plans = fc
    .tuple(
      fc.array(fc.uniqueArray(fc.constantFrom("a@1", "b@1", "a@2", "b@2", "c@3"), { minLength: 1 }), {
        minLength: 1,
        maxLength: 4,
      }),
      fc.nat(),
    )
    .map(([phases, cut]) =>
      planOf(
        phases.map((ids, phase) => ids.map((id) => `${phase}${id}`)),
        cut % (phases.length + 1),
      ),
    );

  it("ends with every effect in place after resume, and again after a second kill", async () => {
    await fc.assert(
      fc.asyncProperty(plans, fc.nat(60), fc.nat(60), async (plan, killAt, killAgainAt) => {
        const [shelf, journals] = [newShelf(), memoryJournals()];
        const wanted = plan.phases.flatMap((phase) => phase.operations.map(({ id }) => id)).toSorted();
        await killedAt(killAt, shelf, journals, (engine) => runPlan(plan, occasion, engine));
        for (const point of [killAgainAt, undefined]) {
          const journal = await unfinishedJournal(journals);
          if (journal === undefined) break;
          await killedAt(point, shelf, journals, (engine) => resumePlan(journal, someone, engine));
        }
        expect([...shelf.things].toSorted()).toEqual(wanted);
        expect(outcomeOf(await onlyJournal(journals))).toBe("committed");
      }),
      { numRuns: 150 },
    );
  });

  it("ends with nothing left after abort, or refuses because the release is in force", async () => {
    await fc.assert(
      fc.asyncProperty(plans, fc.nat(60), fc.nat(60), async (plan, killAt, killAgainAt) => {
        const [shelf, journals] = [newShelf(), memoryJournals()];
        let refusal: string | undefined;
        await killedAt(killAt, shelf, journals, (engine) => runPlan(plan, occasion, engine));
        for (const point of [killAgainAt, undefined]) {
          const journal = await unfinishedJournal(journals);
          if (journal === undefined) break;
          const ended = await killedAt(point, shelf, journals, (engine) =>
            abortPlan(journal, someone, engine),
          );
          refusal ??= ended instanceof CozyError ? ended.code : undefined;
        }
        const journal = await onlyJournal(journals);
        const inForce = outcomeOf(journal) === "committed" || isCommitted(plan, progressOf(journal));
        expect(refusal).toBe(inForce && outcomeOf(journal) === undefined ? "already-committed" : undefined);
        expect(inForce || shelf.things.size === 0).toBe(true);
        expect(outcomeOf(journal) ?? "in force").toMatch(inForce ? /committed|in force/ : /undone/);
      }),
      { numRuns: 150 },
    );
  });

  it("undoes exactly what was started, in reverse, when an operation fails", async () => {
    await fc.assert(
      fc.asyncProperty(plans, fc.nat(20), async (plan, failing) => {
        const shelf = newShelf();
        const reversible = plan.phases
          .filter((phase) => !phase.committed)
          .flatMap((phase) => phase.operations);
        const broken = reversible[failing % Math.max(1, reversible.length)]?.id;
        shelf.inside = (act, id) => {
          if (act === "run" && id === broken) throw new Error("broke");
        };
        const result = await runPlan(plan, occasion, engineOver(shelf));
        if (broken === undefined) return;
        expect(result.outcome).toBe("undone");
        const ran = shelf.done.filter((line) => line.startsWith("run")).map((line) => line.slice(4));
        const undone = shelf.done.filter((line) => line.startsWith("undo")).map((line) => line.slice(5));
        for (const host of ["1", "2", "3"]) {
          const onHost = (id: string) => id.endsWith(`@${host}`);
          expect(undone.filter(onHost)).toEqual(ran.filter(onHost).toReversed());
        }
        expect(shelf.things.size).toBe(0);
      }),
      { numRuns: 150 },
    );
  });
});

/** Runs until the deployer has come to its nth point, and then never lets it get any further. */
async function killedAt(
  nth: number | undefined,
  shelf: Shelf,
  journals: JournalStore,
  deploy: (engine: Engine<Shelf>) => Promise<unknown>,
): Promise<unknown> {
  const killed = Promise.withResolvers<void>();
  let left = nth === undefined ? Number.POSITIVE_INFINITY : nth + 1;
  const onPoint = async () => {
    left -= 1;
    if (left > 0) return;
    killed.resolve();
    await new Promise(() => {});
  };
  const dead = () => left <= 0;
  const mortal: JournalStore = {
    ...journals,
    create: async (name, header) => untilDead(await journals.create(name, header), dead),
    reopen: async (name, bytes) => untilDead(await journals.reopen(name, bytes), dead),
  };
  const deploying = deploy(engineOver(shelf, { journals: mortal, onPoint })).catch((error: unknown) => error);
  return Promise.race([deploying, killed.promise]);
}

/** A dead deployer's other hosts write nothing any more either. */
function untilDead(file: Awaited<ReturnType<JournalStore["create"]>>, dead: () => boolean) {
  return {
    ...file,
    append: (line: string) => (dead() ? new Promise<void>(() => {}) : file.append(line)),
  };
}

function interrupts() {
  const [gently, atOnce] = [new AbortController(), new AbortController()];
  return { gently, atOnce, interrupt: { gently: gently.signal, atOnce: atOnce.signal } };
}

async function unfinished(journals: JournalStore): Promise<Journal> {
  const journal = await unfinishedJournal(journals);
  if (journal === undefined) throw new Error("no journal is unfinished");
  return journal;
}

async function onlyJournal(journals: JournalStore): Promise<Journal> {
  const [name] = await journals.list();
  if (name === undefined) throw new Error("there is no journal");
  return parseJournal(name, await journals.read(name));
}

import { describe, expect, it } from "vitest";
import type { Plan } from "../release/plan.ts";
import type { JournalEvent } from "./journal.ts";
import type { JournalStore } from "./journal-store.ts";
import { firstInForce, lastTrafficChange, servingSince } from "./release-changes.ts";

interface Past {
  readonly command: Plan["command"];
  readonly release: string;
  readonly startedAt: number;
  readonly events: readonly (JournalEvent & { readonly at: number })[];
}

/** Journals in memory, the newest first as a store lists them. */
function store(...past: readonly Past[]): JournalStore {
  const texts = new Map(
    past.map(({ command, release, startedAt, events }, nth): [string, string] => {
      const plan = { format: 1, command, release, phases: [] };
      const lines = [
        { format: 1, plan, startedAt, token: 1 },
        ...events.map((event) => ({ token: 1, ...event })),
      ];
      return [
        `${nth}-${command}-${release}.jsonl`,
        `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`,
      ];
    }),
  );
  texts.set("9-deploy-damaged.jsonl", "no journal\n");
  const never = () => Promise.reject(new Error("only read here"));
  return {
    list: async () => [...texts.keys()].toReversed(),
    read: async (name) => texts.get(name) ?? "",
    create: never,
    reopen: never,
  };
}

const moved = (at: number) => ({ at, event: "started", operation: "switch-routes-1@this-machine" }) as const;
const named = (at: number) => ({ at, event: "done", operation: "set-current@this-machine" }) as const;
const ended = (at: number, outcome: "committed" | "undone") => ({ at, event: "ended", outcome }) as const;

const refused: Past = { command: "deploy", release: "a", startedAt: 0, events: [ended(5, "undone")] };
const first: Past = {
  command: "deploy",
  release: "b",
  startedAt: 10,
  events: [moved(12), named(15), ended(18, "committed")],
};
const takenBack: Past = {
  command: "deploy",
  release: "c",
  startedAt: 20,
  events: [moved(22), ended(25, "undone")],
};
const scaled: Past = {
  command: "scale",
  release: "b",
  startedAt: 30,
  events: [moved(31), ended(32, "committed")],
};

describe("changes of what serves", () => {
  it("are those that moved traffic, also where they were taken back", async () => {
    const { command, release, startedAt } = takenBack;
    expect(await lastTrafficChange(store(refused, first, takenBack, scaled, refused))).toEqual({
      command,
      release,
      startedAt,
      endedAt: 25,
    });
    expect(await lastTrafficChange(store(refused))).toBeUndefined();
  });

  it("have no end while they go on", async () => {
    const goesOn = { ...takenBack, events: [moved(22)] };
    expect(await lastTrafficChange(store(first, goesOn))).toMatchObject({ release: "c", endedAt: undefined });
  });

  it("begin with the first release that was named current", async () => {
    expect(await firstInForce(store(refused, takenBack, first, { ...first, events: [named(99)] }))).toBe(15);
    expect(await firstInForce(store(refused, takenBack))).toBeUndefined();
  });

  it("tell since when each host has served, also of one that joined later", async () => {
    const on = (host: string, at: number) => ({ ...named(at), operation: `set-current@${host}` });
    const both: Past = { ...first, events: [on("web-1", 15), on("web-2", 16), ended(18, "committed")] };
    const joined: Past = { ...first, command: "join", events: [on("web-3", 40), ended(41, "committed")] };
    const left: Past = { ...first, command: "leave", events: [on("web-4", 50), ended(51, "committed")] };
    const again: Past = { ...both, events: [on("web-1", 60), on("web-2", 60), on("web-3", 60)] };
    const past = store(both, joined, left, again);
    expect(await servingSince(past, ["web-2", "web-3", "web-4"])).toEqual({
      since: 15,
      hosts: { "web-2": 16, "web-3": 40 },
    });
  });
});

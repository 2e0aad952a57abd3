import type { Contestant, Told } from "./contestants.ts";
import type { Stage } from "./stage.ts";

interface Line {
  readonly type: string;
  readonly at?: number;
  readonly operation?: string;
  readonly durationMs?: number;
}

export function cozy(): Contestant {
  return {
    name: "cozy",
    port: 80,
    setUp: async () => {}, // `cozy setup` has been there
    deploy: (stage) => carriedOut(stage, "deploy"),
    rollBack: (stage) => carriedOut(stage, "rollback"),
    async takeDown({ fleet }) {
      await fleet.ok(["stop", "staging"]);
    },
  };
}

async function carriedOut({ fleet }: Stage, command: string): Promise<Told> {
  const asked = Date.now();
  const { stdout } = await fleet.ok([command, "staging", "--json"]);
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
  const told: Record<string, number> = {};
  for (const { type, operation = "", durationMs = 0 } of lines) {
    if (type !== "operation-done") continue;
    const kind = operation.replace(/(-\d{8}-\d{6}-[0-9a-f]+)?@.*/, "");
    told[kind] = Math.max(told[kind] ?? 0, durationMs);
  }
  const plan = lines.find(({ type }) => type === "plan-ended")?.durationMs;
  const began = lines.find(({ type }) => type === "plan-started")?.at;
  const switched = lines
    .filter(({ type, operation }) => type === "operation-done" && operation?.startsWith("switch-routes"))
    .flatMap(({ at }) => at ?? []);
  if (plan !== undefined) {
    told[planned] = plan;
    told[own] = plan - (told["await-ready"] ?? 0) - (told["migrate"] ?? 0);
  }
  if (began !== undefined && switched.length > 0) {
    told[moved] = Math.max(...switched) - began;
    told[movedSinceAsked] = Math.max(...switched) - asked;
    told[together] = Math.max(...switched) - Math.min(...switched);
  }
  return told;
}

/** The plan alone, without the command's start, its look at the hosts and its end. */
export const planned = "the plan";
/** Of that, what is neither the application's own start nor its migrations. */
const own = "the plan, beyond the application's start and migrations";
/** From the start of the plan until the last host has switched: the hosts are connected by then, and looked at. */
export const moved = "until the traffic has moved";
/** The same, from when the command was given: with the start of cozy here and of its agents there. */
export const movedSinceAsked = "the same, from the command's start";
/** From the first host that switched to the last. */
export const together = "from the first host's switch to the last's";

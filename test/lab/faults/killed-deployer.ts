import { describe, expect, it } from "vitest";
import { faultOfFleet } from "../../support/fleet-state.ts";
import { killsInTurn } from "../../support/kills.ts";
import { served } from "../../support/sandbox.ts";
import { inSoak } from "../../support/soak.ts";
import { loadOn, nextRelease, ok, type Stage } from "./stage.ts";

type Way = "resume" | "abort";
type What = "deploy" | "rollback";

const start = ["start-instances-web", "await-ready", "smoke", "publish-static"];
const serve = ["switch-routes", "prove-served", "set-current"];

/** What a deploy and a rollback of the application hold on each of two hosts, and once, without what tidies up. */
const operations: Readonly<Record<What, readonly string[]>> = {
  deploy: [
    "build-artifact@host1",
    ...onBoth(["place-release", "ensure-agents", ...start]),
    "run-hook-beforeSwitch@host1",
    ...onBoth(serve),
    "run-hook-afterDeploy@host1",
    "count-lost@host1",
  ],
  rollback: [...onBoth([...start, ...serve]), "run-hook-afterRollback@host1", "count-lost@host1"],
};

/** In `make test`: where a lane is under way, where one host may have switched and the other not, and where all of it is in force. */
const usual: Readonly<Record<Way, Readonly<Record<What, readonly string[]>>>> = {
  resume: { deploy: ["in:switch-routes@host2"], rollback: ["after:switch-routes@host1"] },
  abort: { deploy: ["in:start-instances-web@host2", "after:switch-routes@host1"], rollback: [] },
};

const tidying = /^(retire-instances|end-warm-instances|prune-releases)/;
const timeoutMs = inSoak ? 3_600_000 : 300_000;

export function killedDeployer(stage: () => Stage): void {
  describe("a deployer that is killed while two hosts are at work", () => {
    it("can be killed at what this file names, and at nothing else", async () => {
      await nextRelease(stage(), "looked at");
      const plan = await stage().fleet.json<PlanJson>(["plan", "staging"]);
      const ids = plan.phases.flatMap((phase) => phase.operations.map(({ id }) => id));
      const others = ids.filter((id) => !tidying.test(id));
      expect(others.toSorted()).toEqual(operations.deploy.toSorted());
    });

    it.each(["resume", "abort"] as const)(
      "leaves what %s from another machine ends",
      { timeout: timeoutMs },
      async (way) => {
        const load = loadOn(stage());
        const story = await KillStory.begin(stage(), way);
        const told: string[] = [];
        for (const fault of faults(way, "deploy")) told.push(...(await story.deployKilledAt(fault)));
        for (const fault of faults(way, "rollback")) told.push(...(await story.rollbackKilledAt(fault)));
        const { errors, sent } = await load.stop();
        expect(told).toEqual([]);
        expect(errors).toEqual([]);
        expect(sent).toBeGreaterThan(500);
      },
    );
  });
}

interface PlanJson {
  readonly phases: readonly { readonly operations: readonly { readonly id: string }[] }[];
}

interface Kept {
  readonly version: string;
  readonly release: string;
}

/** One kill after the other, on a fleet that keeps two releases. */
class KillStory {
  readonly #stage: Stage;
  readonly #way: Way;
  #count = 0;
  /** What serves, and what served before it. */
  #now: Kept;
  #before: Kept;

  constructor(stage: Stage, way: Way, kept: { readonly now: Kept; readonly before: Kept }) {
    this.#stage = stage;
    this.#way = way;
    this.#now = kept.now;
    this.#before = kept.before;
  }

  static async begin(stage: Stage, way: Way): Promise<KillStory> {
    const before = await servedNow(stage);
    await nextRelease(stage, `before ${way}`);
    await ok(stage.first, "deploy", "staging");
    return new KillStory(stage, way, { before, now: await servedNow(stage) });
  }

  /** What is wrong after a deploy that was killed there and taken up. */
  async deployKilledAt(fault: string): Promise<string[]> {
    this.#count += 1;
    const version = `${this.#way} ${this.#count}`;
    await nextRelease(this.#stage, version);
    return this.#killed(["deploy", "staging"], fault, version);
  }

  /** The same for a rollback. */
  async rollbackKilledAt(fault: string): Promise<string[]> {
    const { release, version } = this.#before;
    return this.#killed(["rollback", "staging", release], fault, version);
  }

  async #killed(command: readonly string[], fault: string, meant: string): Promise<string[]> {
    const { code, text } = await this.#stage.first.start(command, { COZY_FAULT: fault }).ended;
    const what = `${command[0] ?? ""}, ${fault}`;
    if (code !== null) return [`${what}: was not killed but ended with ${code}: ${text}`];
    return (await this.#takenUp(meant)).map((wrong) => `${what}: ${wrong}`);
  }

  /** From a machine that can't know whether the deployer still lives: its lease is taken over first. */
  async #takenUp(meant: string): Promise<string[]> {
    const { fleet, other } = this.#stage;
    const refused = await other.start([this.#way, "staging"]).ended;
    if (!refused.text.includes("lease-held")) return [`${this.#way} says ${refused.text}`];
    await ok(other, "lease", "staging", "--take-over");
    const taken = await other.start([this.#way, "staging"]).ended;
    const inForce = this.#way === "abort" && taken.text.includes("already-committed");
    if (inForce) await ok(other, "resume", "staging");
    else if (taken.code !== 0) return [`${this.#way} ended with ${taken.code}: ${taken.text}`];
    const isNew = this.#way === "resume" || inForce;
    const wrong = await faultOfFleet(fleet, isNew ? meant : this.#now.version);
    if (isNew) [this.#before, this.#now] = [this.#now, await servedNow(this.#stage)];
    return wrong === undefined ? [] : [`after ${this.#way}, ${wrong}`];
  }
}

function onBoth(kinds: readonly string[]): string[] {
  return kinds.flatMap((kind) => [`${kind}@host1`, `${kind}@host2`]);
}

function faults(way: Way, what: What): readonly string[] {
  if (!inSoak) return usual[way][what];
  return killsInTurn(way, operations[what]).map(({ kind, point }) => `${point}:${kind}`);
}

async function servedNow({ fleet }: Stage): Promise<Kept> {
  return served(fleet.urls["host1"] ?? "");
}

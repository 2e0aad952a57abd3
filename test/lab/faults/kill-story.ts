import { faultOfFleet } from "../../support/fleet-state.ts";
import { served } from "../../support/sandbox.ts";
import { nextRelease, ok, type Stage } from "./stage.ts";

export type Way = "resume" | "abort";

/** What is wrong beside what is served, where this release is in force. */
export type FaultsBeside = (release: string) => Promise<string[]>;

interface KeptReleases {
  readonly now: Kept;
  readonly before: Kept;
}

interface Kept {
  readonly version: string;
  readonly release: string;
}

/** One kill after the other, on a fleet that keeps two releases. */
export class KillStory {
  readonly #stage: Stage;
  readonly #way: Way;
  readonly #faultsBeside: FaultsBeside;
  #count = 0;
  /** What serves, and what served before it. */
  #now: Kept;
  #before: Kept;

  constructor(stage: Stage, way: Way, kept: KeptReleases, faultsBeside: FaultsBeside) {
    this.#stage = stage;
    this.#faultsBeside = faultsBeside;
    this.#way = way;
    this.#now = kept.now;
    this.#before = kept.before;
  }

  static async begin(
    stage: Stage,
    way: Way,
    faultsBeside: FaultsBeside = async () => [],
  ): Promise<KillStory> {
    const before = await servedNow(stage);
    await nextRelease(stage, `before ${way}`);
    await ok(stage.first, "deploy", "staging");
    return new KillStory(stage, way, { before, now: await servedNow(stage) }, faultsBeside);
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

  /** What serves when everything is taken up, so that the next deploy lets it go. */
  get release(): string {
    return this.#now.release;
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
    const beside = await this.#faultsBeside(this.#now.release);
    return [...(wrong === undefined ? [] : [wrong]), ...beside].map((one) => `after ${this.#way}, ${one}`);
  }
}

async function servedNow({ fleet }: Stage): Promise<Kept> {
  return served(fleet.urls["host1"] ?? "");
}

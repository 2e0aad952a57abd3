import { randomBytes } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { faultOfFleet } from "../../support/fleet-state.ts";
import type { Machine } from "../../support/other-machine.ts";
import type { RunningProgram } from "../../support/running-program.ts";
import { until } from "../../support/sandbox.ts";
import { inSoak } from "../../support/soak.ts";
import { loadOn, nextRelease, ok, servedVersion, type Stage } from "./stage.ts";

interface Cut {
  readonly command: "deploy" | "rollback";
  /** The middle of what. */
  readonly of: "upload" | "start" | "switch";
  /** The command that ends it, from another machine. */
  readonly way: string;
  readonly isUsual?: true;
}

const cuts: readonly Cut[] = [
  { command: "deploy", of: "switch", way: "abort --without host2", isUsual: true },
  { command: "deploy", of: "switch", way: "resume" },
  { command: "deploy", of: "switch", way: "abort" },
  { command: "deploy", of: "upload", way: "resume" },
  { command: "deploy", of: "start", way: "abort" },
  { command: "rollback", of: "switch", way: "resume" },
  { command: "rollback", of: "switch", way: "abort" },
];

export function links(stage: () => Stage): void {
  describe("a link to a host", () => {
    it.runIf(inSoak)(
      "that is cut for some seconds in the middle of an upload only makes it take longer",
      async () => {
        const { fleet, first } = stage();
        const load = loadOn(stage(), ["host1"]);
        const deploy = await uploading(stage(), "blip");
        await fleet.lab.cut("host2");
        await setTimeout(4_000);
        expect(deploy.said()).not.toMatch(/✓ place release .* on host2/);
        await fleet.lab.heal("host2");
        const { code, text } = await deploy.ended;
        expect(code, text).toBe(0);
        expect(text).toMatch(/✓ place release .* on host2/);
        expect((await load.stop()).errors).toEqual([]);
        expect(await faultOfFleet(fleet, "blip")).toBeUndefined();
        await ok(first, "status", "staging");
      },
    );

    it.each(cuts.filter(({ isUsual }) => inSoak || isUsual === true))(
      "that is cut in the middle of the $of of a $command leaves what $way from another machine ends, and says so",
      async ({ command, of, way }) => {
        const { fleet, other } = stage();
        const version = command === "deploy" ? `cut in ${of}` : await rolledBackTo(stage());
        const load = loadOn(stage(), ["host1"]);
        const before = await servedVersion(stage(), "host1");
        const cut = await (of === "upload" ? uploading(stage(), version) : begun(stage(), command, version));
        if (of === "start") await cut.says("start 2 web instances on host2");
        if (of === "switch") await switched(stage(), cut, command);
        await fleet.lab.cut("host2");
        const { code, text } = await cut.ended;
        expect(code, text).toBe(1);
        expect(text).toContain("undo-incomplete");
        expect(text).toContain("What host2 serves is not known now.");
        expect(text).toContain("cozy abort staging, once host2 is back; without: add --without host2");
        expect(await servedVersion(stage(), "host1")).toBe(before);

        if (inSoak) await expectUnreachable(other);
        const [verb = "", ...options] = way.split(" ");
        if (options.length === 0) await fleet.lab.heal("host2");
        await ok(other, verb, "staging", ...options);
        await fleet.lab.heal("host2");
        // What was left on a host that was given up is tidied away by the next deploy.
        if (options.length > 0) await ok(other, "deploy", "staging");
        const isNew = verb === "resume" || options.length > 0;
        expect((await load.stop()).errors).toEqual([]);
        expect(await faultOfFleet(fleet, isNew ? version : before)).toBeUndefined();
      },
    );

    it.runIf(inSoak)("to a host that is given up is none to the next deploy, once it is back", async () => {
      const { fleet, first } = stage();
      const before = await servedVersion(stage(), "host1");
      await nextRelease(stage(), "given up");
      const fault = { COZY_FAULT: "before:set-current@host1" };
      expect((await first.start(["deploy", "staging"], fault).ended).code).toBe(null);
      await fleet.lab.cut("host2");
      const load = loadOn(stage(), ["host1"]);
      const aborted = await ok(first, "abort", "staging", "--without", "host2");
      expect(aborted).toContain("Nothing is taken back on host2");
      expect(await servedVersion(stage(), "host1")).toBe(before);
      await fleet.lab.heal("host2");
      // Whoever asked for it meanwhile takes it for unreachable a second longer.
      const served = () => servedVersion(stage(), "host2").catch(String);
      await until("host2 serves what was given up there", async () => (await served()) === "given up", 5_000);
      expect((await fleet.cozy(["status", "staging"])).stdout).toContain("cozy join staging");
      await ok(first, "join", "staging");
      expect(await faultOfFleet(fleet, before)).toBeUndefined();
      await ok(first, "deploy", "staging");
      expect((await load.stop()).errors).toEqual([]);
      expect(await faultOfFleet(fleet, "given up")).toBeUndefined();
    });
  });
}

/** Whoever can't reach a host takes nothing up, and is told how to go on without it. */
async function expectUnreachable(machine: Machine): Promise<void> {
  const { code, text } = await machine.start(["resume", "staging"]).ended;
  expect(code).not.toBe(0);
  expect(text).toContain("hosts-unreachable");
  expect(text).toContain("cozy abort staging --without host2");
}

async function begun(stage: Stage, command: Cut["command"], version: string): Promise<RunningProgram> {
  const { fleet, first } = stage;
  if (command === "deploy") await nextRelease(stage, version, { holdSeconds: 2 });
  else await fleet.lab.slow("host2", { delayMs: 800, lossPercent: 0 });
  return first.start([command, "staging"]);
}

/** A deploy that is sending a large file to host2. */
async function uploading(stage: Stage, version: string): Promise<RunningProgram> {
  const { fleet, first } = stage;
  await nextRelease(stage, version, { large: randomBytes(4_000_000).toString("hex") });
  await fleet.lab.slow("host2", { delayMs: 100, lossPercent: 0 });
  const deploy = first.start(["deploy", "staging"]);
  await untilOn(stage, "some of it has arrived", "ls /var/lib/cozy/artifacts/*.tmp-*/app/.large.bin.*");
  return deploy;
}

/** Ends when host2 has switched, and what it says of that is still on its way. */
async function switched(stage: Stage, program: RunningProgram, command: Cut["command"]): Promise<void> {
  const { fleet } = stage;
  const routes = await fleet.on("host2", "readlink /run/tiny-staging/routes");
  if (command === "deploy") {
    await program.says("hook beforeSwitch");
    await fleet.lab.slow("host2", { delayMs: 1_500, lossPercent: 0 });
  }
  await untilOn(stage, "host2 has switched", `test "$(readlink /run/tiny-staging/routes)" != ${routes}`);
}

async function untilOn({ fleet }: Stage, what: string, script: string): Promise<void> {
  const holds = async () => (await fleet.lab.exec("host2", ["/bin/sh", "-c", script])).exitCode === 0;
  await until(what, holds, 30_000);
}

/** The version that a rollback goes to. */
async function rolledBackTo(stage: Stage): Promise<string> {
  const before = await servedVersion(stage, "host1");
  await nextRelease(stage, "to be rolled back");
  await ok(stage.first, "deploy", "staging");
  return before;
}

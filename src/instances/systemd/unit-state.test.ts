import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { InstanceSpec } from "../instance.ts";
import { instanceStatus, isGone, type StatusFacts } from "./instance-status.ts";
import { parseUnitStates, showCommand, type UnitState } from "./unit-state.ts";

/** As systemd 252 answered. */
const answer = `Restart=always
NRestarts=0
ExecMainStartTimestampMonotonic=17162283719
ExecMainCode=0
ExecMainStatus=0
Result=success
Id=app-production-web@20261128-120000-abcdef0.0.service
LoadState=loaded
ActiveState=active
SubState=running
InvocationID=5c2b6a1f6d7e4c0d9a3f6a1b2c3d4e5f
MainPID=663
MemoryCurrent=52428800
ControlGroup=/cozy.slice/app-production-web@20261128-120000-abcdef0.0.service

NRestarts=4
ExecMainStartTimestampMonotonic=17170000000
ExecMainCode=1
ExecMainStatus=127
Result=exit-code
Id=app-production-worker@20261128-120000-abcdef0.0.service
ActiveState=activating
SubState=auto-restart
InvocationID=
MainPID=0
MemoryCurrent=[not set]

Id=app-production-worker@20261128-120000-abcdef0.1.service
ActiveState=inactive
SubState=dead
MainPID=0
MemoryCurrent=18446744073709551615
`;

const spec: InstanceSpec = {
  id: { release: "20261128-120000-abcdef0", type: "web", index: 0 },
  command: ["node", "server.js"],
  folder: "/",
  environmentFile: "",
  variables: {},
  socket: "/run/x/web.0.sock",
  logFile: "",
  stopSignal: "SIGTERM",
  stopTimeoutMs: 1_000,
  limits: { memoryBytes: undefined, openFiles: undefined },
};

describe("what systemctl shows", () => {
  it("is read unit by unit, and what is not set is not there", () => {
    expect(parseUnitStates(answer)).toEqual([
      {
        unit: "app-production-web@20261128-120000-abcdef0.0.service",
        load: "loaded",
        active: "active",
        sub: "running",
        pid: 663,
        restarts: 0,
        startedAfterBootMs: 17_162_283.719,
        memoryBytes: 52_428_800,
        controlGroup: "/cozy.slice/app-production-web@20261128-120000-abcdef0.0.service",
        result: "success",
        exitCode: undefined,
        invocation: "5c2b6a1f6d7e4c0d9a3f6a1b2c3d4e5f",
      },
      expect.objectContaining({ active: "activating", restarts: 4, exitCode: 127, pid: undefined }),
      expect.objectContaining({ active: "inactive", memoryBytes: undefined, restarts: 0 }),
    ]);
  });

  it("never fails, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(parseUnitStates(text).every(({ restarts }) => restarts >= 0)).toBe(true);
      }),
    );
  });

  it("is asked for by name", () => {
    expect(showCommand(["a.service", "b.service"]).slice(-3)).toEqual(["--", "a.service", "b.service"]);
  });
});

describe("the status of an instance", () => {
  const [running, failing, dead] = parseUnitStates(answer) as [UnitState, UnitState, UnitState];
  const status = (unit: UnitState, more: Partial<StatusFacts> = {}) =>
    instanceStatus({
      spec,
      retireAt: undefined,
      unit,
      isBeforeCommand: false,
      lastExit: undefined,
      bootedAt: 1_000,
      ...more,
    });
  const end = { code: 1, signal: null, at: 5 };

  it("runs as soon as the command is there", () => {
    expect(status(running)).toMatchObject({
      state: "running",
      pid: 663,
      startedAt: 17_163_284,
      memoryBytes: 52_428_800,
    });
    expect(status(running, { isBeforeCommand: true })).toMatchObject({ state: "starting", pid: undefined });
  });

  it("backs off while it waits, whether systemd does or the start itself", () => {
    const again = { ...running, restarts: 2 };
    expect(status(again, { isBeforeCommand: true, lastExit: end })).toMatchObject({
      state: "backing-off",
      pid: undefined,
    });
    expect(status({ ...failing, exitCode: 1 })).toMatchObject({
      state: "backing-off",
      lastExit: { code: 1 },
    });
    expect(status({ ...again, active: "deactivating", sub: "stop-post" }, { lastExit: end })).toMatchObject({
      state: "backing-off",
    });
    expect(status(again, { lastExit: end })).toMatchObject({ state: "running", lastExit: end, restarts: 2 });
  });

  it("tells why it can't be started at all", () => {
    expect(status(failing)).toMatchObject({
      state: "failed",
      problem: "node could not be started: it was not found",
    });
    const unit = { ...failing, exitCode: 226 };
    expect(status(unit).problem).toContain("systemd gave up app-production-worker@");
    const waiting = { ...running, restarts: 1 };
    expect(status(waiting, { isBeforeCommand: true, lastExit: { ...end, code: 126 } })).toMatchObject({
      state: "failed",
    });
  });

  it("is gone once it was retired and has ended", () => {
    expect(isGone({ retireAt: 5, unit: dead })).toBe(true);
    expect(isGone({ retireAt: 5, unit: running })).toBe(false);
    expect(isGone({ retireAt: undefined, unit: dead })).toBe(false);
    expect(status(dead)).toMatchObject({ state: "stopped" });
    expect(status({ ...running, active: "deactivating", sub: "stop-sigterm" })).toMatchObject({
      state: "stopping",
    });
  });
});

import { describe, expect, it } from "vitest";
import type { HostState } from "../hosts/host.ts";
import { instanceTypes } from "../release/instance-types.ts";
import { processType } from "../release/testing.ts";
import { statusText, type Status } from "./status-text.ts";

const now = Date.UTC(2026, 10, 24, 13);
const id = { release: "20261124-120000-aaaaaaa", type: "web", index: 0 };
const host: HostState = {
  host: "this-machine",
  clock: now,
  freeBytes: 1e9,
  releases: [
    {
      id: id.release,
      commit: "a".repeat(40),
      commitSubject: "Add prices",
      artifact: "",
      createdAt: now - 3_600_000,
      damaged: undefined,
    },
  ],
  current: id.release,
  routes: { [`${id.release}/web.0.sock`]: 100 },
  instances: [
    {
      id,
      state: "running",
      pid: 42,
      startedAt: now - 3_590_000,
      restarts: 2,
      lastExit: { code: 9, signal: null, at: now - 4_000_000 },
      retireAt: undefined,
      memoryBytes: 61_000_000,
      socket: "",
    },
    {
      id: { ...id, release: "20261124-110000-bbbbbbb" },
      state: "running",
      pid: 41,
      startedAt: now - 7_000_000,
      restarts: 0,
      lastExit: undefined,
      retireAt: now + 60_000,
      memoryBytes: undefined,
      socket: "",
    },
  ],
  types: {},
  scale: {},
  supervised: true,
};
const status: Status = {
  project: "tiny",
  environment: "staging",
  address: "http://127.0.0.1:8080",
  host,
  configured: { web: { count: 1 } },
  failing: undefined,
  lease: undefined,
  unfinished: undefined,
};

describe("statusText", () => {
  it("says what serves, how its instances are, what is warm and who holds the lease", () => {
    expect(statusText(status, now)).toBe(
      [
        "tiny staging  http://127.0.0.1:8080",
        "",
        "  serves  20261124-120000-aaaaaaa  Add prices  (1 h old)",
        "          web.0       running  pid 42  for 59 min 50 s  61 MB  2 restarts  last ended with 9",
        "  warm    20261124-110000-bbbbbbb  for another 1 min",
        "  lease   free",
      ].join("\n"),
    );
  });

  it("marks singletons, and says what is scaled and what fails", () => {
    const { processes, schedules } = {
      processes: {
        web: processType(["w"], 2),
        scheduler: { ...processType(["s"], 1), singleton: true },
      },
      schedules: {},
    };
    const scheduler = { ...id, type: "scheduler" };
    const [web] = host.instances;
    if (!web) throw new Error("there is a web instance");
    const scaled: HostState = {
      ...host,
      instances: [web, { ...web, id: scheduler, restarts: 0, socket: undefined }],
      types: { [id.release]: instanceTypes({ processes, schedules, backups: undefined }, {}) },
      scale: { web: 1 },
    };
    const configured = { web: { count: 2 }, scheduler: { count: 1, singleton: true } };
    const text = statusText(
      { ...status, host: scaled, configured, failing: "cleanup failed 5 min ago" },
      now,
    );
    expect(text).toMatch(/scheduler\.0 .* singleton$/m);
    expect(text).not.toMatch(/web\.0 .* singleton$/m);
    expect(text).toContain("  scale    web ×1, scaled; the project file says 2");
    expect(text).toContain("  failing  cleanup failed 5 min ago");
  });

  it("tells a plan that was cut off from one that goes on", () => {
    const unfinished = { command: "deploy", release: "r2", since: now - 60_000, goesOn: false };
    expect(statusText({ ...status, unfinished }, now)).toContain(
      "was cut off.\nGo on with it: cozy resume staging.",
    );
    const text = statusText({ ...status, unfinished: { ...unfinished, goesOn: true } }, now);
    expect(text).toContain("The deploy of r2 goes on since 2026-11-24 12:59:00 UTC.");
    expect(text).not.toContain("cozy resume");
  });

  it("says what to do where nothing runs or was deployed", () => {
    const stopped = statusText({ ...status, host: { ...host, supervised: false, instances: [] } }, now);
    expect(stopped).toContain("(stopped)");
    expect(stopped).toContain("cozy start staging");
    const nothing = { ...host, releases: [], current: undefined, routes: {}, instances: [] };
    expect(statusText({ ...status, host: nothing }, now)).toContain("cozy deploy staging");
  });
});

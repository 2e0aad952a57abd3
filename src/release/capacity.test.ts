import { describe, expect, it } from "vitest";
import type { HostState } from "../hosts/host.ts";
import { sampleHostState } from "../hosts/testing/sample-state.ts";
import type { InstanceStatus } from "../instances/instance.ts";
import { sampleStatus } from "../instances/testing/sample-status.ts";
import type { Environment, ProcessType } from "../project/project.ts";
import { capacityFindings, capacityWarnings, refuseLack, type CapacityFacts } from "./capacity.ts";
import { releaseStarts } from "./host-starts.ts";
import { processType, sampleProject, sampleRelease } from "./testing.ts";

const mb = 1024 * 1024;

function instance(
  type: string,
  index: number,
  memoryMb: number | undefined,
  release = "old",
): InstanceStatus {
  const memoryBytes = memoryMb === undefined ? undefined : memoryMb * mb;
  return sampleStatus({ release, type, index }, { memoryBytes });
}

function host(name: string, over: Partial<HostState> = {}): HostState {
  return sampleHostState(name, {
    freeBytes: 1_000 * mb,
    memory: { totalBytes: 4_000 * mb, availableBytes: 1_000 * mb },
    current: "old",
    ...over,
  });
}

interface Situation {
  readonly processes?: Readonly<Record<string, ProcessType>>;
  readonly database?: Environment["database"];
  readonly fleet: readonly HostState[];
  readonly connections?: CapacityFacts["connections"];
  readonly artifactBytes?: number | undefined;
  readonly besideBytes?: number;
}

function found(situation: Situation) {
  const { processes = { web: processType(["w"], 2) }, database, fleet, connections } = situation;
  const project = sampleProject({ processes }, { database });
  const environment = project.environments["staging"];
  if (!environment) throw new Error("the sample project has a staging environment");
  const release = sampleRelease(project, "new");
  const wants = {
    artifactBytes: "artifactBytes" in situation ? situation.artifactBytes : mb,
    besideBytes: situation.besideBytes ?? 0,
  };
  const disks = Object.fromEntries(fleet.map((one) => [one.host, wants]));
  const hosts = releaseStarts({ environment, fleet, release });
  return capacityFindings({ environment, hosts, disks, connections });
}

function verdicts(situation: Situation, subject: string): (readonly [string | undefined, string])[] {
  return found(situation)
    .filter((one) => one.subject === subject)
    .map((one) => [one.host, one.verdict]);
}

describe("memory for two releases at once", () => {
  const limited = (memoryMb: number, count = 2): ProcessType => ({
    ...processType(["w"], count),
    limits: { memoryBytes: memoryMb * mb, openFiles: undefined },
  });

  it.each<[string, number | undefined, "enough" | "not-enough" | "not-known"]>([
    ["enough", 400, "enough"],
    ["just enough", 500, "enough"],
    ["too little", 501, "not-enough"],
  ])("is %s by what the serving instances take", (_, eachMb, verdict) => {
    const fleet = [host("web-1", { instances: [instance("web", 0, 10), instance("web", 1, eachMb)] })];
    expect(verdicts({ fleet }, "memory")).toEqual([["web-1", verdict]]);
  });

  it("is looked at on each host by its own instances", () => {
    const fleet = [
      host("web-1", { instances: [instance("web", 0, 100)] }),
      host("web-2", { instances: [instance("web", 0, 600)] }),
    ];
    expect(verdicts({ fleet }, "memory")).toEqual([
      ["web-1", "enough"],
      ["web-2", "not-enough"],
    ]);
  });

  it.each<[string, number, "enough" | "not-known"]>([
    ["is enough where even the limits fit", 500, "enough"],
    ["is not known where the limits would not fit, which may never be reached", 501, "not-known"],
  ])("%s", (_, limitMb, verdict) => {
    expect(verdicts({ processes: { web: limited(limitMb) }, fleet: [host("a")] }, "memory")).toEqual([
      ["a", verdict],
    ]);
  });

  it("is not known where nothing was seen and no limit is declared, or the host can't tell", () => {
    expect(verdicts({ fleet: [host("a")] }, "memory")).toEqual([["a", "not-known"]]);
    const silent = host("a", { memory: undefined, instances: [instance("web", 0, 1)] });
    expect(verdicts({ fleet: [silent] }, "memory")).toEqual([["a", "not-known"]]);
  });

  it("is known by other hosts where it was never seen on this one", () => {
    const fleet = (eachMb: number) => [
      host("web-1", { instances: [instance("web", 0, eachMb)] }),
      host("new"),
    ];
    expect(verdicts({ fleet: fleet(500) }, "memory")).toEqual([
      ["web-1", "enough"],
      ["new", "enough"],
    ]);
    expect(verdicts({ fleet: fleet(501) }, "memory")[1]).toEqual(["new", "not-enough"]);
  });

  it("counts what is scaled, what runs already, and no singleton beside itself", () => {
    const processes = { web: processType(["w"], 1), clock: { ...processType(["c"], 1), singleton: true } };
    const instances = [instance("web", 0, 300), instance("web", 0, 300, "new"), instance("clock", 0, 900)];
    const of = (scale: HostState["scale"]) => found({ processes, fleet: [host("a", { scale, instances })] });
    const text = (scale: HostState["scale"]) => of(scale).find(({ subject }) => subject === "memory")?.text;
    expect(text({})).toBeUndefined();
    expect(text({ web: 4 })).toContain(
      "about 900 MB beside the old ones (web 3 × 300 MB), with 1 GB of 3.9 GB free",
    );
  });
});

describe("room on the disk", () => {
  it.each<[string, Partial<HostState>, number | undefined, string]>([
    ["enough", {}, 999 * mb, "enough"],
    ["too little", {}, 1_000 * mb, "not-enough"],
    ["not known without an artifact", {}, undefined, "not-known"],
    ["not known where nothing was looked at", { freeBytes: 0 }, 1, "not-known"],
    [
      "too little on a disk that is full to the last byte",
      { freeBytes: 0, releases: [release()] },
      1,
      "not-enough",
    ],
  ])("is %s", (_, over, artifactBytes, verdict) => {
    expect(verdicts({ fleet: [host("a", over)], artifactBytes }, "disk")).toEqual([["a", verdict]]);
  });
});

describe("packages and a runtime that a host lacks", () => {
  it.each([
    [499, "enough"],
    [500, "not-enough"],
  ])("take %i MB of the disk beside the artifact: %s", (besideMb, verdict) => {
    const fleet = [host("a")];
    const findings = { fleet, artifactBytes: 500 * mb, besideBytes: besideMb * mb };
    expect(verdicts(findings, "disk")).toEqual([["a", verdict]]);
    expect(found(findings).find(({ subject }) => subject === "disk")?.text).toContain(
      "the artifact and the packages and runtime that it needs take up to",
    );
  });
});

describe("the database's connections", () => {
  const database = (pool?: number, connections?: number): Environment["database"] => ({
    kind: "postgres",
    variable: "DATABASE_URL",
    pool,
    connections,
  });
  const processes = { web: processType(["w"], 4), worker: processType(["k"], 2) };
  const fleet = ["a", "b"].map((name) =>
    host(name, {
      instances: [0, 1, 2, 3].map((index) => instance("web", index, 1)).concat(instance("schedules", 0, 1)),
    }),
  );
  // 2 hosts × (4 old + 4 new web + 2 workers), and one command: 21 pools.
  it.each<[string, Situation["database"], Situation["connections"], string]>([
    [
      "enough by what the server says",
      database(4),
      { by: "server", most: 100, reserved: 3, others: 13 },
      "enough",
    ],
    [
      "too few where others hold one more",
      database(4),
      { by: "server", most: 100, reserved: 3, others: 14 },
      "not-enough",
    ],
    ["enough by what is declared", database(4, 87), undefined, "enough"],
    ["too few by what is declared", database(4, 86), undefined, "not-enough"],
    [
      "as the server says rather than as declared",
      database(4, 500),
      { by: "server", most: 50, reserved: 3, others: 0 },
      "not-enough",
    ],
    [
      "not known without a pool",
      database(undefined, 100),
      { by: "server", most: 100, reserved: 3, others: 0 },
      "not-known",
    ],
    ["not known without a limit", database(4), undefined, "not-known"],
  ])("are %s", (_, declared, connections, verdict) => {
    expect(verdicts({ processes, fleet, database: declared, connections }, "connections")).toEqual([
      [undefined, verdict],
    ]);
  });

  it.each([
    ["user", "10 by the limit of its user", "alter role … connection limit"],
    ["database", "10 by its own limit", "alter database … connection limit"],
  ] as const)("are limited by the %s where that leaves the fewest", (by, limit, raise) => {
    const connections = { by, most: 10, reserved: 0, others: 0 };
    const finding = found({ processes, fleet, database: database(4), connections }).find(
      ({ subject }) => subject === "connections",
    );
    expect(finding).toMatchObject({ verdict: "not-enough" });
    expect(finding?.text).toContain(limit);
    expect(finding?.advice).toContain(raise);
  });

  it("are not looked at without a database server", () => {
    expect(
      verdicts({ fleet, database: { kind: "sqlite", variable: "DATABASE_URL" } }, "connections"),
    ).toEqual([]);
  });
});

describe("what is told", () => {
  it("refuses with all numbers and what to change", () => {
    const lack = () =>
      refuseLack(
        found({
          fleet: [host("web-1", { instances: [instance("web", 0, 600)], freeBytes: 10 * mb })],
          artifactBytes: 20 * mb,
          database: { kind: "postgres", variable: "DATABASE_URL", pool: 10, connections: 30 },
        }),
        "the new release beside the old one",
      );
    expect(lack).toThrow(
      expect.objectContaining({
        code: "capacity-lacking",
        message:
          "There is not enough memory, room on the disk and room among the database's connections for the new release beside the old one.",
        details: [
          "web-1: the new instances take about 1.2 GB beside the old ones (web 2 × 600 MB), with 1 GB of 3.9 GB free.",
          expect.stringContaining("cozy scale"),
          "web-1: the disk is too full: the artifact takes up to 20 MB, with 10 MB free.",
          expect.stringContaining("keep: { releases: … }"),
          "1 old and 2 new instances, and a command beside them, hold up to 40 connections (10 each); the database has 27 for them (30, of which 3 are reserved and those of others are not known).",
          expect.stringContaining("at most 6 here"),
        ],
      }),
    );
  });

  it("says nothing where all is enough, and warns once of what is alike on several hosts", () => {
    const enough = found({ fleet: [host("a", { instances: [instance("web", 0, 1)] })] });
    expect(capacityWarnings(enough)).toEqual([]);
    expect(refuseLack(enough, "web=2")).toBeUndefined();
    const unknown = found({ fleet: ["a", "b", "c", "d", "e"].map((name) => host(name)) });
    expect(capacityWarnings(unknown)).toEqual([
      "Not known whether there is enough memory: what web takes was never seen on a (1 GB of 3.9 GB free), what web takes was never seen on b (1 GB of 3.9 GB free), 3 more hosts. The next deploy will know.",
    ]);
    expect(capacityWarnings(found({ fleet: [host("a")], artifactBytes: undefined }))).toEqual([
      "Not known whether there is enough memory and room on the disk: what web takes was never seen on a (1 GB of 3.9 GB free); no artifact is here to tell by (1 GB free on a). The next deploy will know.",
    ]);
  });
});

function release(): HostState["releases"][number] {
  return { id: "old", commit: "", commitSubject: "", artifact: "", createdAt: 0, damaged: undefined };
}

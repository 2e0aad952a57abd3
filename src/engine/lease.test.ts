import { execFile, spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { exclusiveLock } from "./exclusive-lock.ts";
import * as holds from "./hold-lease.ts";
import type { Hold, LeaseRequest } from "./hold-lease.ts";
import { leaseFolder } from "./lease-folder.ts";
import { localLeaseKeeper } from "./local-lease-keeper.ts";
import { fenced, readLease, type LeasePlace } from "./lease-store.ts";
import { hasEnded, startTimeIn, thisOwner, type Owner } from "./process-identity.ts";

let folder = "";
let place: LeasePlace;
const children: ChildProcessWithoutNullStreams[] = [];

/** The keeper has the clock and the knowledge of whoever asks: both are on one machine. */
function acquireLease(at: LeasePlace, asked: LeaseRequest): Promise<Hold> {
  return holds.acquireLease(localLeaseKeeper(at, asked), asked);
}

function takeOverLease(at: LeasePlace, asked: LeaseRequest): Promise<Hold> {
  return holds.takeOverLease(localLeaseKeeper(at, asked), asked);
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozy-lease-"));
  place = { environment: "production", store: leaseFolder(folder) };
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

describe("a lease", () => {
  it("goes to the first, and tells the second who, from where, why and since when", async () => {
    const ci = { name: "GitHub Actions", url: "https://github.com/o/r/actions/runs/7", actor: "octocat" };
    const first = await acquireLease(place, request({ owner: { ...elsewhere, ci } }));
    const refused = await acquireLease(place, request()).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: "lease-held",
      message:
        "production is held by octocat on build-7, GitHub Actions run https://github.com/o/r/actions/runs/7 (process 4242)" +
        " for the deploy of 20261124-3f2a1bc, since 2026-11-24 13:00:00 UTC.",
      state: expect.stringContaining("until 2026-11-24 13:00:30 UTC"),
      next: expect.stringContaining("cozy lease production --take-over"),
    });
    await first.release();
  });

  it("is free again once released, under a token that was never given before", async () => {
    const tokens: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const hold = await acquireLease(place, request());
      tokens.push(hold.token);
      await hold.release();
    }
    expect(tokens).toEqual([1, 2, 3]);
    expect(await readLease(place)).toEqual({ format: 1, token: 3, holder: undefined });
  });

  it("runs out by itself where its holder is on another machine", async () => {
    const first = await acquireLease(place, request({ owner: elsewhere }));
    await expect(acquireLease(place, request({ now: () => noon + 29_999 }))).rejects.toMatchObject({
      code: "lease-held",
    });
    const second = await acquireLease(place, request({ now: () => noon + 30_000 }));
    expect(second.token).toBe(2);
    await expect(first.confirm()).rejects.toMatchObject({ code: "lease-lost" });
    await second.release();
    await first.release();
  });

  it("is only given back by the one that holds it", async () => {
    const first = await acquireLease(place, request());
    const second = await takeOverLease(place, request());
    await first.release();
    expect((await readLease(place))?.holder).toBeDefined();
    await second.release();
    expect((await readLease(place))?.holder).toBeUndefined();
  });

  it("fences off whoever it was taken from: no action, no confirmation", async () => {
    const first = await acquireLease(place, request());
    const second = await takeOverLease(place, request({ owner: elsewhere }));
    let acted = false;
    const act = () => fenced(place, first.token, async () => (acted = true));
    await expect(act()).rejects.toMatchObject({
      code: "lease-lost",
      message: expect.stringContaining("deployer on build-7 took it"),
    });
    expect(acted).toBe(false);
    await expect(first.confirm()).rejects.toMatchObject({ code: "lease-lost" });
    expect(first.lost.aborted).toBe(true);
    expect(await fenced(place, second.token, async () => "acted")).toBe("acted");
    await second.release();
    await first.release();
  });

  it("keeps a take-over waiting until a fenced action has ended", async () => {
    const first = await acquireLease(place, request());
    const order: string[] = [];
    const inside = Promise.withResolvers<void>();
    const acting = fenced(place, first.token, async () => {
      inside.resolve();
      await new Promise((resolve) => setTimeout(resolve, 60));
      order.push("acted");
    });
    await inside.promise;
    const second = await takeOverLease(place, request());
    order.push("taken over");
    await acting;
    expect(order).toEqual(["acted", "taken over"]);
    await Promise.all([first.release(), second.release()]);
  });

  it("is renewed by its heartbeat, which notices a take-over", async () => {
    let now = noon;
    const first = await acquireLease(place, request({ ttlMs: 60, now: () => now }));
    now += 50;
    await until(async () => (await readLease(place))?.holder?.expiresAt === noon + 110);
    const second = await takeOverLease(place, request());
    await until(async () => first.lost.aborted);
    expect(first.lost.reason).toMatchObject({ code: "lease-lost" });
    await Promise.all([first.release(), second.release()]);
  });

  it("is kept on a full disk, where it can't be renewed but nobody else can take it either", async () => {
    const told: string[] = [];
    const full = { ...place, store: { ...place.store } };
    const first = await acquireLease(full, request({ ttlMs: 30, warn: (message) => told.push(message) }));
    full.store.underLock = async () => Promise.reject(new Error("ENOSPC"));
    await until(async () => told.length > 0);
    expect(told[0]).toContain("could not be renewed: ENOSPC");
    await first.confirm();
    expect(first.lost.aborted).toBe(false);
    await first.release();
    expect(told.at(-1)).toContain("could not be given back: ENOSPC");
  });

  it("counts as lost where it could not be read for longer than it lasts", async () => {
    let now = noon;
    const gone = { ...place, store: { ...place.store } };
    const first = await acquireLease(gone, request({ ttlMs: 30, now: () => now }));
    gone.store.underLock = async () => Promise.reject(new Error("EIO"));
    gone.store.read = async () => Promise.reject(new Error("EIO"));
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(first.lost.aborted).toBe(false);
    now += 31;
    await until(async () => first.lost.aborted);
    expect(first.lost.reason).toMatchObject({ code: "lease-lost" });
    await first.release();
  });

  it("is damaged: says so, leaves it, and a take-over keeps it beside the new one", async () => {
    await writeFile(place.store.place, '{"format":1,"token":"seven"}');
    for (const attempt of [() => acquireLease(place, request()), () => readLease(place)]) {
      await expect(attempt()).rejects.toMatchObject({
        code: "lease-damaged",
        next: expect.stringContaining("cozy lease production --take-over"),
      });
    }
    const told: string[] = [];
    const hold = await takeOverLease(place, request({ warn: (message) => told.push(message) }));
    expect(hold.token).toBeGreaterThan(noon);
    const kept = (await readdir(folder)).find((name) => name.startsWith("lease.json.damaged-")) ?? "none";
    expect(await readFile(join(folder, kept), "utf8")).toBe('{"format":1,"token":"seven"}');
    expect(told).toEqual([expect.stringContaining(kept)]);
    await hold.release();
  });

  it("is of a newer format: neither acquired nor taken over", async () => {
    await writeFile(place.store.place, '{"format":2,"token":7}');
    await expect(acquireLease(place, request())).rejects.toMatchObject({ code: "lease-newer" });
    await expect(takeOverLease(place, request())).rejects.toMatchObject({ code: "lease-newer" });
    expect(await readFile(place.store.place, "utf8")).toBe('{"format":2,"token":7}');
  });
});

describe("a lease between processes", () => {
  it("is won by exactly one of two that race for it, 50 times, under growing tokens", async () => {
    const racers = [racer(), racer()];
    let last = 0;
    for (let round = 0; round < 50; round += 1) {
      const answers = await Promise.all(racers.map((racer) => racer.ask("acquire")));
      const tokens = answers.flatMap(({ token }) => token ?? []);
      expect(tokens).toHaveLength(1);
      expect(answers.flatMap(({ error }) => error ?? [])).toEqual(["lease-held"]);
      expect(tokens[0]).toBeGreaterThan(last);
      last = tokens[0] ?? 0;
      await Promise.all(racers.map((racer) => racer.ask("release")));
    }
    expect(last).toBe(50);
  });

  it("is free at once where its holder was killed, and not where it was only stopped", async () => {
    const [first, second] = [racer(), racer()];
    expect(await first.ask("acquire")).toEqual({ token: 1 });
    first.child.kill("SIGSTOP");
    expect(await second.ask("acquire")).toEqual({ error: "lease-held" });
    first.child.kill("SIGKILL");
    await new Promise((resolve) => first.child.once("exit", resolve));
    expect(await second.ask("acquire")).toEqual({ token: 2 });
  });

  it("can't be acted under by a process that slept through a take-over", async () => {
    const sleeper = racer();
    expect(await sleeper.ask("acquire")).toEqual({ token: 1 });
    sleeper.child.kill("SIGSTOP");
    const hold = await takeOverLease(place, request());
    sleeper.child.kill("SIGCONT");
    expect(await sleeper.ask("fenced")).toEqual({ error: "lease-lost" });
    await hold.release();
  });
});

describe("the lock", () => {
  it("writes nothing, so that it can be had on a full disk, and falls with its process", async () => {
    const path = join(folder, "lock");
    const lock = await exclusiveLock(path, 0);
    expect(lock).toBeDefined();
    expect(await exclusiveLock(path, 0)).toBeUndefined();
    lock?.release();
    expect((await stat(path)).size).toBe(0);
  });

  it("is taken without a warning", async () => {
    const code = `import { exclusiveLock } from ${JSON.stringify(join(import.meta.dirname, "exclusive-lock.ts"))};
      (await exclusiveLock(${JSON.stringify(join(folder, "lock"))}, 0)).release();`;
    const { promise, resolve } = Promise.withResolvers<string>();
    execFile(process.execPath, ["--input-type=module", "-e", code], (error, _stdout, stderr) =>
      resolve(`${error?.message ?? ""}${stderr}`),
    );
    expect(await promise).toBe("");
  });
});

describe("hasEnded", () => {
  it("knows a process that runs, one that is gone, and one whose number was given again", async () => {
    const self = await thisOwner({});
    expect(await hasEnded(self)).toBe(false);
    expect(await hasEnded({ ...self, pid: 2 ** 22 + 1 })).toBe(true);
    expect(await hasEnded({ ...self, processStart: "1" })).toBe(true);
    expect(await hasEnded({ ...self, boot: "another boot" })).toBe(true);
    expect(await hasEnded({ ...self, pid: 2 ** 22 + 1, host: "elsewhere" })).toBe(false);
  });

  it("can't look into another container of the same boot", async () => {
    const self = await thisOwner({});
    const boot = `${self.boot.split("/")[0]}/pid:[1]`;
    expect(await hasEnded({ ...self, boot, pid: 2 ** 22 + 1 })).toBe(false);
  });

  it("reads the start time past a name with spaces and parentheses; a zombie has ended", () => {
    const rest = Array.from({ length: 18 }, (_, index) => index).join(" ");
    expect(startTimeIn(`42 (a ) S b) S ${rest} 777 0`)).toBe("777");
    expect(startTimeIn(`42 (a) Z ${rest} 777 0`)).toBe("ended");
  });
});

const noon = Date.UTC(2026, 10, 24, 13);

const elsewhere: Owner = {
  user: "deployer",
  host: "build-7",
  pid: 4242,
  boot: "b",
  processStart: "1",
};

function request(more: Partial<LeaseRequest> = {}): LeaseRequest {
  return {
    owner: { ...elsewhere, host: hostname(), pid: process.pid, boot: "unknown" },
    purpose: { command: "deploy", release: "20261124-3f2a1bc" },
    now: () => noon,
    hasEnded,
    ...more,
  };
}

interface Answer {
  readonly token?: number;
  readonly error?: string;
}

function racer() {
  const child = spawn(process.execPath, [join(import.meta.dirname, "testing", "racer.ts"), folder]);
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    ask: async (command: string): Promise<Answer> => {
      child.stdin.write(`${command}\n`);
      const line = await lines.next();
      const answer: Answer = JSON.parse(String(line.value));
      return answer;
    },
  };
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error("it did not come to that within 30 s");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

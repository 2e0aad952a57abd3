import { describe, expect, it } from "vitest";
import { CozyError } from "../errors/cozy-error.ts";
import { fakeHost } from "../hosts/fake-host.ts";
import { acquireLease, takeOverLease, type LeaseRequest } from "./hold-lease.ts";
import { knowing } from "./kept-elsewhere.ts";
import { localLeaseKeeper } from "./local-lease-keeper.ts";
import type { Owner } from "./process-identity.ts";
import { raiseFences } from "./raise-fences.ts";
import { memoryLease } from "./testing/memory-lease.ts";

const signal = new AbortController().signal;
const minute = 60_000;

function owner(host: string): Owner {
  return { user: "deployer", host, pid: 1, boot: "b", processStart: "s" };
}

function request(host: string, clock: () => number, more: Partial<LeaseRequest> = {}): LeaseRequest {
  return {
    owner: owner(host),
    purpose: { command: "deploy" },
    now: clock,
    hasEnded: async () => false,
    ...more,
  };
}

/** A keeper with a clock of its own, whose processes have all ended or none of them. */
function stage(environment = "production") {
  let clock = Date.UTC(2026, 10, 24, 13);
  const parts = { now: () => clock, hasEnded: async () => false };
  return {
    keeper: localLeaseKeeper({ environment, store: memoryLease() }, parts),
    clock: () => clock,
    pass: (ms: number) => void (clock += ms),
  };
}

describe("a lease that another machine keeps", () => {
  it.each([-10, 10])("runs out by the keeper's clock, whose deployers' are %i minutes off", async (off) => {
    const { keeper, clock, pass } = stage();
    const skewed = () => clock() + off * minute;
    const first = await acquireLease(keeper, request("laptop", skewed, { ttlMs: 30_000 }));
    pass(29_000);
    await expect(acquireLease(keeper, request("build-7", clock))).rejects.toMatchObject({
      code: "lease-held",
    });
    await first.confirm();
    await keeper.renew(first.token, 30_000, signal);
    pass(29_000);
    await expect(acquireLease(keeper, request("build-7", skewed))).rejects.toMatchObject({
      code: "lease-held",
    });
    expect((await keeper.read(signal)).standing).toBe("held");
    pass(1_000);
    expect((await keeper.read(signal)).standing).toBe("expired");
    const second = await acquireLease(keeper, request("build-7", skewed));
    expect(second.token).toBe(2);
    await expect(first.confirm()).rejects.toMatchObject({ code: "lease-lost" });
    expect(first.lost.aborted).toBe(true);
    await Promise.all([first.release(), second.release()]);
  });

  it("is free as soon as the holder's machine knows that its process has ended, which the keeper does not", async () => {
    const { keeper, clock } = stage();
    await acquireLease(keeper, request("laptop", clock));
    const elsewhere = request("build-7", clock, { hasEnded: async () => false });
    await expect(acquireLease(keeper, elsewhere)).rejects.toMatchObject({ code: "lease-held" });
    const there = request("laptop", clock, { hasEnded: async ({ host }) => host === "laptop" });
    expect((await acquireLease(keeper, there)).token).toBe(2);
  });

  it("is not taken from whoever came in between", async () => {
    const { keeper, clock } = stage();
    await acquireLease(keeper, request("laptop", clock));
    const slow = request("laptop", clock, {
      hasEnded: async () => {
        await takeOverLease(keeper, request("build-7", clock));
        return true;
      },
    });
    await expect(acquireLease(keeper, slow)).rejects.toMatchObject({
      code: "lease-held",
      message: expect.stringContaining("build-7"),
    });
  });

  it("that can't be reached is neither lost nor confirmed until it has not been heard of for as long as it lasts", async () => {
    const { keeper, clock } = stage();
    const hold = await acquireLease(keeper, request("laptop", clock));
    keeper.confirm = () => Promise.reject(new CozyError("host-connection-lost", { message: "gone" }));
    await expect(hold.confirm()).rejects.toMatchObject({ code: "host-connection-lost" });
    expect(hold.lost.aborted).toBe(false);
    await hold.release();
  });
});

describe("the fences of a fleet", () => {
  it("keep off a deployer that lost its lease on every host, also where the new one has not been yet", async () => {
    const { keeper, clock } = stage();
    const [near, away] = [fakeHost("web-1"), fakeHost("web-2")];
    const first = await acquireLease(keeper, request("laptop", clock));
    await raiseFences(first, [near, away], signal);
    away.dead = true;
    const second = await takeOverLease(keeper, request("build-7", clock));
    await raiseFences(second, [near], signal);
    await expect(near.switchRoutes(first.token, [], signal)).rejects.toMatchObject({ code: "lease-lost" });
    away.dead = false;
    await away.switchRoutes(second.token, [], signal);
    await expect(away.switchRoutes(first.token, [], signal)).rejects.toMatchObject({ code: "lease-lost" });
  });

  it("are not outgrown where the list of hosts begins with another keeper: what that one keeps would be forgotten", async () => {
    const { keeper, clock } = stage();
    const hosts = [fakeHost("web-2"), fakeHost("web-3")];
    for (const host of hosts) host.token = 41;
    const hold = await acquireLease(keeper, request("laptop", clock));
    await expect(raiseFences(hold, hosts, signal)).rejects.toMatchObject({
      code: "kept-elsewhere",
      message: expect.stringContaining("servers have seen a newer token"),
    });
    expect(hosts.map(({ token }) => token)).toEqual([41, 41]);
    await hold.release();
  });

  it("follow a keeper that was made one, and keep everybody off who goes by the one before", async () => {
    const [old, young] = [stage(), stage()];
    const host = fakeHost("web-1");
    const before = await acquireLease(old.keeper, request("laptop", old.clock));
    await raiseFences(before, [host], signal);
    const hold = await acquireLease(young.keeper, request("build-7", young.clock));
    await hold.outgrow(before.token + 1_000_000);
    await raiseFences(hold, [host], signal);
    await host.switchRoutes(hold.token, [], signal);
    await expect(host.switchRoutes(before.token, [], signal)).rejects.toMatchObject({ code: "lease-lost" });
    await before.release();
    const late = await acquireLease(old.keeper, request("laptop", old.clock));
    await expect(raiseFences(late, [host], signal)).rejects.toMatchObject({ code: "kept-elsewhere" });
    await Promise.all([late.release(), hold.release()]);
  });

  it("are told to a keeper that is none: it gives nothing, however often it is asked", async () => {
    const { keeper, clock } = stage();
    const first = await acquireLease(knowing(keeper, 0), request("laptop", clock));
    await first.release();
    for (const _ of [1, 2, 3]) {
      await expect(acquireLease(knowing(keeper, 2), request("laptop", clock))).rejects.toMatchObject({
        code: "kept-elsewhere",
      });
    }
    expect((await keeper.read(signal)).lease?.token).toBe(1);
    await (await acquireLease(knowing(keeper, 1), request("laptop", clock))).release();
  });

  it("are not passed by a deployer whose lease was taken over meanwhile", async () => {
    const { keeper, clock } = stage();
    const host = fakeHost("web-1");
    const first = await acquireLease(keeper, request("laptop", clock));
    const second = await takeOverLease(keeper, request("build-7", clock));
    await raiseFences(second, [host], signal);
    await expect(raiseFences(first, [host], signal)).rejects.toMatchObject({ code: "lease-lost" });
  });
});

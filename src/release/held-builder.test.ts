import { describe, expect, it } from "vitest";
import { fakeHost } from "../hosts/fake-host.ts";
import { givenHeld, heldBuilder, laidArtifact, type LaidArtifact } from "./held-builder.ts";
import { sampleProject, sampleRecord } from "./testing.ts";
import type { Builder, HostArtifacts } from "./world.ts";

const never = new AbortController().signal;
const progress = { step: () => {}, output: () => {} };
const request = { key: "key", commit: "3f2a1bc" };
const laid = "a".repeat(64);
const other = "b".repeat(64);

async function fleetWith(...placed: readonly boolean[]) {
  return Promise.all(
    placed.map(async (has, index) => {
      const host = fakeHost(`web-${index + 1}`);
      const release = sampleRecord(sampleProject(), "new");
      if (has) await host.placeRelease({ release, variables: {}, persist: [] }, never);
      return host.observe(never);
    }),
  );
}

/** A machine that would build the source to something else than the hosts have, and may have what they have beside. */
function machineWith({ isHere = false } = {}) {
  const taken: string[] = [];
  const builder: Builder = {
    find: async () => other,
    build: async () => other,
    prune: async () => 0,
  };
  const artifacts: HostArtifacts = {
    isHere: async (artifact) => artifact === laid && (isHere || taken.length > 0),
    take: async (artifact, from) => void taken.push(`${artifact.slice(0, 2)} from ${from.join(" or ")}`),
  };
  return { taken, artifacts, held: (of: LaidArtifact) => heldBuilder(builder, of, artifacts) };
}

function laidOn(...of: Parameters<typeof laidArtifact>): LaidArtifact {
  const found = laidArtifact(...of);
  if (found === undefined) throw new Error("it is laid on some of them");
  return found;
}

describe("a deploy that another machine goes on with", () => {
  it("builds whatever comes out where no host has the release yet", async () => {
    expect(laidArtifact("new", ["web-1", "web-2"], await fleetWith(false, false))).toBeUndefined();
  });

  it("takes what every host has, and neither builds nor fetches anything", async () => {
    const everywhere = laidOn("new", ["web-1", "web-2"], await fleetWith(true, true));
    const { held, taken } = machineWith();
    expect(await held(everywhere).find("key", never)).toBe(laid);
    expect(taken).toEqual([]);
  });

  it("fetches it for a host that lays it again, though every host has it", async () => {
    const everywhere = laidOn("new", ["web-1", "web-2"], await fleetWith(true, true));
    const { artifacts, taken } = machineWith();
    const host = givenHeld(fakeHost("web-1"), everywhere, artifacts);
    const release = sampleRecord(sampleProject(), "new");
    await host.placeRelease({ release, variables: {}, persist: [] }, never);
    expect(taken).toEqual(["aa from web-1 or web-2"]);
    const before = { ...sampleRecord(sampleProject(), "before"), artifact: other };
    await host.placeRelease({ release: before, variables: {}, persist: [] }, never);
    expect(taken).toHaveLength(1);
  });

  it("gives the other hosts the same artifact, whatever this machine makes of the commit", async () => {
    const some = laidOn("new", ["web-1", "web-2", "web-3"], await fleetWith(true, false, true));
    expect(some).toEqual({ artifact: laid, on: ["web-1", "web-3"], everywhere: false });
    expect(await machineWith({ isHere: true }).held(some).find("key", never)).toBe(laid);
    const { held, taken } = machineWith();
    const builder = held(some);
    expect(await builder.find("key", never)).toBeUndefined();
    expect(await builder.build(request, progress, never)).toBe(laid);
    expect(taken).toEqual(["aa from web-1 or web-3"]);
    expect(await builder.find("key", never)).toBe(laid);
  });
});

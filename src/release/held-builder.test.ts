import { describe, expect, it } from "vitest";
import { fakeHost } from "../hosts/fake-host.ts";
import { heldBuilder, laidArtifact, type LaidArtifact } from "./held-builder.ts";
import { sampleProject, sampleRecord } from "./testing.ts";
import type { Builder } from "./world.ts";

const never = new AbortController().signal;
const progress = { step: () => {}, output: () => {} };
const request = { key: "key", commit: "3f2a1bc" };
const laid = "a".repeat(64);

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

/** A machine that has built the source, or would now. */
function builderWith({ found, built = laid }: { found?: string; built?: string }): Builder {
  return { find: async () => found, build: async () => built, prune: async () => 0 };
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

  it("takes what every host has, and builds nothing", async () => {
    const everywhere = laidOn("new", ["web-1", "web-2"], await fleetWith(true, true));
    const builder = heldBuilder(builderWith({}), everywhere);
    expect(await builder.find("key", never)).toBe(laid);
  });

  it("gives the other hosts the same artifact, wherever it was built", async () => {
    const some = laidOn("new", ["web-1", "web-2"], await fleetWith(true, false));
    expect(some).toMatchObject({ on: "web-1", everywhere: false });
    const found = heldBuilder(builderWith({ found: laid }), some);
    expect(await found.find("key", never)).toBe(laid);
    const built = heldBuilder(builderWith({}), some);
    expect(await built.find("key", never)).toBeUndefined();
    expect(await built.build(request, progress, never)).toBe(laid);
  });

  it("is refused where the same commit came out differently", async () => {
    const some = laidOn("new", ["web-1", "web-2"], await fleetWith(false, true));
    const refusal = { code: "artifact-differs", message: expect.stringContaining("web-2 has aaaaaaaaaaaa") };
    const other = "b".repeat(64);
    const known = heldBuilder(builderWith({ found: other }), some);
    await expect(known.find("key", never)).rejects.toMatchObject(refusal);
    const anew = heldBuilder(builderWith({ built: other }), some);
    await expect(anew.build(request, progress, never)).rejects.toMatchObject(refusal);
  });
});

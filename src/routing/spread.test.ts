import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { releaseOf, type Share } from "./route-table.ts";
import { spread } from "./spread.ts";

const release = (name: string, instances: number): string[] =>
  Array.from({ length: instances }, (_, index) => `/run/shop/${name}/web.${index}.sock`);

const count = (table: readonly string[], socket: string): number =>
  table.filter((one) => one === socket).length;

/** One to three releases of one to five instances, with shares that make 100. */
const someShares: fc.Arbitrary<Share[]> = fc
  .tuple(fc.nat(100), fc.nat(100), fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 3, maxLength: 3 }))
  .map(([a, b, instances]) => {
    const [low, high] = [Math.min(a, b), Math.max(a, b)];
    return [low, high - low, 100 - high].map((hundredths, index) => ({
      hundredths,
      sockets: release("abc".charAt(index), instances[index] ?? 1),
    }));
  });

/** Every way to hand out the odd buckets, by brute force: the most buckets that any fair table can leave where they are. */
function mostThatCanStay(shares: readonly Share[], previous: readonly string[]): number {
  return shares.reduce((total, share) => {
    const even = Math.floor(share.hundredths / share.sockets.length);
    const odd = share.hundredths % share.sockets.length;
    let best = 0;
    for (let mask = 0; mask < 2 ** share.sockets.length; mask++) {
      const bits = share.sockets.map((_, index) => (mask >> index) & 1);
      if (bits.reduce((sum, bit) => sum + bit, 0) !== odd) continue;
      const stay = share.sockets.reduce(
        (sum, socket, index) => sum + Math.min(count(previous, socket), even + (bits[index] ?? 0)),
        0,
      );
      best = Math.max(best, stay);
    }
    return total + best;
  }, 0);
}

describe("spread", () => {
  it("gives every release exactly its share, evenly over its instances", () => {
    fc.assert(
      fc.property(someShares, someShares, (before, shares) => {
        for (const table of [spread(shares), spread(shares, spread(before))]) {
          expect(table).toHaveLength(100);
          for (const share of shares) {
            const counts = share.sockets.map((socket) => count(table, socket));
            expect(counts.reduce((sum, one) => sum + one, 0)).toBe(share.hundredths);
            expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
          }
        }
      }),
    );
  });

  it("moves as few buckets as any fair table can", () => {
    fc.assert(
      fc.property(someShares, someShares, (before, shares) => {
        const previous = spread(before);
        const table = spread(shares, previous);
        const stayed = table.filter((socket, bucket) => socket === previous[bucket]).length;
        expect(stayed).toBe(mostThatCanStay(shares, previous));
      }),
    );
  });

  it("takes users from one release to another only where the shares ask for it", () => {
    fc.assert(
      fc.property(someShares, someShares, (before, shares) => {
        const previous = spread(before);
        const table = spread(shares, previous);
        const changed = table.filter(
          (socket, bucket) => releaseOf(socket) !== releaseOf(previous[bucket] ?? ""),
        );
        const must = before.reduce(
          (sum, share, index) => sum + Math.max(0, share.hundredths - (shares[index]?.hundredths ?? 0)),
          0,
        );
        expect(changed).toHaveLength(must);
      }),
    );
  });

  it("keeps a canary's users with the canary while its share grows", () => {
    const [stable, canary] = [release("stable", 2), release("canary", 2)];
    const five = spread(
      [
        { hundredths: 95, sockets: stable },
        { hundredths: 5, sockets: canary },
      ],
      spread([{ hundredths: 100, sockets: stable }]),
    );
    const twenty = spread(
      [
        { hundredths: 80, sockets: stable },
        { hundredths: 20, sockets: canary },
      ],
      five,
    );
    const before = [...five.keys()].filter((bucket) => canary.includes(five[bucket] ?? ""));
    expect(before).toHaveLength(5);
    expect(before.map((bucket) => twenty[bucket])).toEqual(before.map((bucket) => five[bucket]));
  });

  it("interleaves, so that neighbouring buckets lead to different instances", () => {
    const table = spread([{ hundredths: 100, sockets: release("a", 4) }]);
    expect(new Set(table.slice(0, 4)).size).toBe(4);
    expect(new Set(table.slice(48, 52)).size).toBe(4);
  });

  it.each([
    ["shares that don't make 100", [{ hundredths: 99, sockets: release("a", 1) }], "shares-not-whole"],
    [
      "a part of a hundredth",
      [
        { hundredths: 99.5, sockets: release("a", 1) },
        { hundredths: 0.5, sockets: release("b", 1) },
      ],
      "shares-not-whole",
    ],
    ["no shares at all", [], "shares-not-whole"],
    ["a release without instances", [{ hundredths: 100, sockets: [] }], "share-without-instances"],
    [
      "a socket that is listed twice",
      [{ hundredths: 100, sockets: [...release("a", 1), ...release("a", 1)] }],
      "shares-not-whole",
    ],
  ])("refuses %s", (_, shares, code) => {
    expect(() => spread(shares)).toThrow(expect.objectContaining({ code }));
  });

  it("takes a release with no share and no instance", () => {
    const table = spread([
      { hundredths: 100, sockets: release("a", 1) },
      { hundredths: 0, sockets: [] },
    ]);
    expect(new Set(table).size).toBe(1);
  });
});

import { describe, expect, it } from "vitest";
import { findKeeper } from "./find-keeper.ts";

describe("the host that keeps an environment", () => {
  it("is the one that has given the newest token that any host has seen", () => {
    const looks = [
      { host: "web-2", given: 0, seen: 41 },
      { host: "web-1", given: 41, seen: 41 },
    ];
    expect(findKeeper(looks)).toBe("web-1");
    expect(findKeeper([{ host: "web-1", given: 42, seen: 41 }, ...looks.slice(0, 1)])).toBe("web-1");
  });

  it("is not one whose tokens others are ahead of, whatever it has given", () => {
    expect(findKeeper([{ host: "web-1", given: 7, seen: 1_000_008 }])).toBeUndefined();
  });

  it("is none where nobody ever changed anything", () => {
    expect(findKeeper([{ host: "web-1", given: 0, seen: 0 }])).toBeUndefined();
  });
});

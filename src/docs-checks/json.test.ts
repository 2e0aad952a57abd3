import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const root = new URL("../../", import.meta.url);

describe("docs/reference/json.md", () => {
  it("names every type of event, and none that is not there", () => {
    const source = readFileSync(new URL("src/events/event.ts", root), "utf8");
    const page = readFileSync(new URL("docs/reference/json.md", root), "utf8");
    const types = [...source.matchAll(/type: "([a-z-]+)"/g)].map(([, type]) => type);
    const documented = [...page.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = ""]) =>
      [...cell.matchAll(/`([a-z-]+)`/g)].map(([, type]) => type),
    );
    expect(types.length).toBeGreaterThan(10);
    expect(new Set(documented)).toEqual(new Set(types));
  });
});

import { readFileSync } from "node:fs";
import { describe, expect, expectTypeOf, it } from "vitest";
import type * as z from "zod/mini";
import type { ProjectFile } from "../input.ts";
import { projectSchema } from "../schema/project.ts";
import { referenceText } from "./markdown.ts";
import { typesText } from "./types.ts";

type Writable<T> = T extends readonly (infer Item)[]
  ? Writable<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Writable<T[Key]> }
    : T;

const inStep = "in step";
const stale = "stale: run `node src/project/reference/main.ts`";

describe("what is made from the schema", () => {
  it("has the public types in step", () => {
    const kept = readFileSync(new URL("../input.ts", import.meta.url), "utf8");
    expect(kept === typesText(projectSchema) ? inStep : stale).toBe(inStep);
  });

  it("has the reference page in step", () => {
    const kept = readFileSync(new URL("../../../docs/reference/config.md", import.meta.url), "utf8");
    expect(kept === referenceText(projectSchema) ? inStep : stale).toBe(inStep);
  });

  it("takes every value of the public type, as far as types tell", () => {
    expectTypeOf<Writable<ProjectFile>>().toExtend<z.input<typeof projectSchema>>();
  });

  it("says of every key what it is for", () => {
    const rows = referenceText(projectSchema)
      .split("\n")
      .filter((line) => line.startsWith("| `"));
    expect(rows.length).toBeGreaterThan(60);
    for (const row of rows) expect(row.split(" | ").at(-1)).toMatch(/\w{3,}/);
  });
});

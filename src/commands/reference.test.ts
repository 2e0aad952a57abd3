import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { commandIndex } from "./index.ts";
import { commandReference } from "./reference.ts";

describe("docs/reference/commands.md", () => {
  it("says what the commands themselves say", async () => {
    const page = await readFile(new URL("../../docs/reference/commands.md", import.meta.url), "utf8");
    expect(page).toBe(await commandReference(commandIndex));
  });
});

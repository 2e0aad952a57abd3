import { describe, expect, it } from "vitest";
import { findRuntime } from "./runtime.ts";

const engines = (node: string): string => JSON.stringify({ engines: { node } });

describe("findRuntime", () => {
  it.each([
    [[{ name: ".node-version", text: "v24.21.0\n" }], "24.21.0", ".node-version"],
    [[{ name: ".nvmrc", text: "# ours\n22\n" }], "22", ".nvmrc"],
    [
      [{ name: "package.json", text: engines(">=22.15 <25 || ^26.1.x") }],
      ">=22.15 <25 || ^26.1.x",
      "package.json engines",
    ],
    [
      [
        { name: "web/.nvmrc", text: "" },
        { name: "web/package.json", text: "{ broken" },
        { name: ".node-version", text: "24" },
        { name: "package.json", text: engines("22") },
      ],
      "24",
      ".node-version",
    ],
  ])("reads %j", (files, version, source) => {
    expect(findRuntime(files)).toEqual({ ok: true, runtime: { engine: "node", version, source } });
  });

  it.each([
    [[{ name: ".python-version", text: "3.12\n3.11\n" }], "3.12", ".python-version"],
    [
      [{ name: "pyproject.toml", text: '[project]\nrequires-python = ">=3.11,<3.14"\n' }],
      ">=3.11,<3.14",
      "pyproject.toml requires-python",
    ],
    [
      [{ name: "pyproject.toml", text: '[tool.poetry.dependencies]\npython = "^3.11"\n' }],
      "^3.11",
      "pyproject.toml python",
    ],
    [[{ name: "runtime.txt", text: "python-3.11.9" }], "3.11.9", "runtime.txt"],
  ])("reads Python's %j", (files, version, source) => {
    expect(findRuntime(files, "python")).toEqual({
      ok: true,
      runtime: { engine: "python", version, source },
    });
  });

  it.each(["lts/*", "lts/iron", "node", "latest"])("does not guess what %s is", (text) => {
    const found = findRuntime([{ name: ".nvmrc", text }]);
    expect(found).toMatchObject({ ok: false, asked: `.nvmrc asks for "${text}", which is no version` });
  });

  it("says where to write a version when no file does", () => {
    expect(findRuntime([{ name: "package.json", text: "{}" }])).toEqual({
      ok: false,
      reason: 'is missing: write a version of Node such as "24" here, or to `.node-version`',
    });
  });
});

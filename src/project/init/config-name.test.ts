import { describe, expect, it } from "vitest";
import { configName } from "./config-name.ts";

describe("the name of the project file", () => {
  it.each([
    ["no TypeScript", {}, "cozy.config.ts"],
    ["everything in the folder", { "tsconfig.json": "{}" }, "cozy.config.mjs"],
    ["everything by a pattern", { "tsconfig.json": '{ "include": ["src", "**/*.ts"] }' }, "cozy.config.mjs"],
    ["one folder", { "tsconfig.json": '{ "include": ["src/**/*.ts", "./*.js"] }' }, "cozy.config.ts"],
    ["a list of files", { "tsconfig.json": '{ "files": ["main.ts"] }' }, "cozy.config.ts"],
    ["references only", { "tsconfig.json": '{ "references": [{ "path": "a" }] }' }, "cozy.config.ts"],
    ["left out by name", { "tsconfig.json": '{ "exclude": ["*.config.ts"] }' }, "cozy.config.ts"],
    ["a comment", { "tsconfig.json": '{\n  // "include": ["src"]\n}' }, "cozy.config.mjs"],
    [
      "what a framework makes",
      { "tsconfig.json": '{ "extends": "./.kit/tsconfig.json" }' },
      "cozy.config.ts",
    ],
    [
      "what another of its own says",
      { "tsconfig.json": '{ "extends": "./base.json" }', "base.json": '{ "include": ["src"] }' },
      "cozy.config.ts",
    ],
    [
      "one for the build",
      { "tsconfig.json": '{ "include": ["src"] }', "tsconfig.build.json": '{ "exclude": ["test"] }' },
      "cozy.config.mjs",
    ],
  ] as const)("%s", (_, texts, name) => {
    const files = new Map<string, string>(Object.entries(texts));
    expect(configName({ read: (path) => files.get(path), list: () => [] })).toBe(name);
  });
});

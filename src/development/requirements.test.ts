import { describe, expect, it } from "vitest";
import { findRequirements } from "./requirements.ts";

const find = async (files: Readonly<Record<string, string>>, declared?: string) =>
  findRequirements((file) => Promise.resolve(files[file]), declared);

describe("findRequirements", () => {
  it.each<[string, Record<string, string>, readonly string[], readonly string[]]>([
    ["the releases' own", { "requirements.txt": "django==5.2" }, ["requirements.txt"], ["requirements.txt"]],
    [
      "a development file that is whole",
      { "requirements.txt": "django==5.2", "requirements-dev.txt": "Django==5.2\npytest==8" },
      ["requirements-dev.txt"],
      ["requirements-dev.txt"],
    ],
    [
      "one that includes others, which count too",
      {
        "requirements.txt": "django",
        "requirements/dev.txt": "-r ../requirements.txt\n-c pins.txt",
        "requirements/pins.txt": "",
      },
      ["requirements/dev.txt"],
      ["requirements/dev.txt", "requirements.txt", "requirements/pins.txt"],
    ],
    [
      "both, where the development file only adds",
      { "requirements.txt": "django", "requirements-dev.txt": "pytest" },
      ["requirements.txt", "requirements-dev.txt"],
      ["requirements.txt", "requirements-dev.txt"],
    ],
    [
      "a circle of includes, once",
      { "requirements.txt": "-r requirements.txt\ndjango" },
      ["requirements.txt"],
      ["requirements.txt"],
    ],
  ])("takes %s", async (_what, files, install, all) => {
    expect(await find(files)).toMatchObject({ kind: "requirements", install, files: all });
  });

  it("takes the declared file before the known ones", async () => {
    const files = { "deploy.txt": "django", "requirements.txt": "django" };
    expect(await find(files, "deploy.txt")).toMatchObject({ install: ["deploy.txt"] });
  });

  it("leaves uv.lock to uv", async () => {
    expect(await find({ "uv.lock": "", "pyproject.toml": "" })).toMatchObject({ kind: "uv-lock" });
  });

  it("says how another lock becomes one that can be installed from", async () => {
    const found = await find({ "poetry.lock": "" });
    expect(found).toMatchObject({ kind: "not-locked", next: expect.stringContaining("poetry export") });
    expect(await find({})).toMatchObject({ kind: "not-locked", what: expect.stringContaining("neither") });
  });

  it("has another hash as soon as an included file changes", async () => {
    const files = { "requirements.txt": "-r base.txt", "base.txt": "django==5.2" };
    const hash = async (more: Record<string, string>) => {
      const found = await find({ ...files, ...more });
      return found.kind === "requirements" ? found.hash : undefined;
    };
    expect(await hash({})).toBe(await hash({}));
    expect(await hash({ "base.txt": "django==5.3" })).not.toBe(await hash({}));
  });
});

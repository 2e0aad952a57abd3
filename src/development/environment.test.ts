import { describe, expect, it } from "vitest";
import {
  type EnvironmentParts,
  developmentEnvironment,
  developmentPort,
  withoutValue,
} from "./environment.ts";
import { appOf } from "./testing.ts";

const node = appOf({
  kind: "node",
  processes: { web: "node server.js" },
  variables: { COLOUR: "blue", SIZE: "small", MODE: "plain", KEY: { secret: true } },
  dev: { variables: { SIZE: "from-dev", MODE: "from-dev" } },
});
const parts: EnvironmentParts = {
  app: node,
  own: { HOME: "/home/dev", PATH: "/usr/bin", NODE_ENV: "production", MODE: "from-shell", GONE: undefined },
  dotenv: new Map([["MODE", "from-dotenv"]]),
  port: 3001,
  platform: "linux",
  programs: ["/project/node_modules/.bin"],
  venv: undefined,
  settingsModule: undefined,
  colour: false,
};

describe("developmentEnvironment", () => {
  it("lets `.env` count before `dev.variables`, those before the shell, and the shell before defaults", () => {
    expect(developmentEnvironment(parts)).toEqual({
      HOME: "/home/dev",
      PATH: "/project/node_modules/.bin:/usr/bin",
      COLOUR: "blue",
      SIZE: "from-dev",
      MODE: "from-dotenv",
      NODE_ENV: "development",
      PORT: "3001",
    });
    const shell = developmentEnvironment({ ...parts, own: { COLOUR: "red" } });
    expect(shell["COLOUR"]).toBe("red");
  });

  it("is never production's because a shell is, but as `.env` says", () => {
    const env = developmentEnvironment({ ...parts, dotenv: new Map([["NODE_ENV", "test"]]) });
    expect(env["NODE_ENV"]).toBe("test");
  });

  it("gives Python its virtual environment, `manage.py`'s settings, and lines as they come", () => {
    const env = developmentEnvironment({
      ...parts,
      app: appOf({ kind: "django" }),
      venv: "/project/.venv",
      programs: ["/project/.venv/bin"],
      settingsModule: "site.settings.local",
      colour: true,
    });
    expect(env).toMatchObject({
      PATH: "/project/.venv/bin:/usr/bin",
      VIRTUAL_ENV: "/project/.venv",
      DJANGO_SETTINGS_MODULE: "site.settings.local",
      PYTHONUNBUFFERED: "1",
      FORCE_COLOR: "1",
    });
  });

  it("leaves a settings module that the shell has chosen", () => {
    const own = { DJANGO_SETTINGS_MODULE: "site.settings.other" };
    const env = developmentEnvironment({
      ...parts,
      app: appOf({ kind: "django" }),
      own,
      settingsModule: "site.a",
    });
    expect(env["DJANGO_SETTINGS_MODULE"]).toBe("site.settings.other");
  });

  it("puts programs first on Windows under the name that the search path has there", () => {
    const env = developmentEnvironment({
      ...parts,
      platform: "win32",
      own: { Path: "C:\\Windows" },
      programs: ["C:\\project\\.venv\\Scripts", "C:\\project\\node_modules\\.bin"],
    });
    expect(env["Path"]).toBe("C:\\project\\.venv\\Scripts;C:\\project\\node_modules\\.bin;C:\\Windows");
    expect(env["PATH"]).toBeUndefined();
  });
});

describe("developmentPort", () => {
  it.each([
    [3001, "4000", 3001],
    [undefined, "4000", 4000],
    [undefined, "/run/a.sock", 3000],
    [undefined, undefined, 3000],
  ])("asked %s, .env %s: %i", (asked, written, port) => {
    expect(developmentPort(node, asked, new Map(written === undefined ? [] : [["PORT", written]]))).toBe(
      port,
    );
  });
});

describe("withoutValue", () => {
  it("names the declared variables that must have a value, an empty one being none", () => {
    expect(withoutValue(node, {})).toEqual(["KEY"]);
    expect(withoutValue(node, { KEY: "" })).toEqual(["KEY"]);
    expect(withoutValue(node, { KEY: "k" })).toEqual([]);
  });
});

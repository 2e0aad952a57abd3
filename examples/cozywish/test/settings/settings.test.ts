import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, it } from "node:test";
import { readSettings, type Settings } from "../../src/settings/settings.ts";
import { SettingsError } from "../../src/settings/settings-error.ts";
import { root, run } from "../support/server-process.ts";

const SECRET = "0123456789abcdef0123456789abcdef";

type Case = {
  setting: string;
  of: (settings: Settings) => unknown;
  byDefault: unknown;
  good: [text: string, value: unknown][];
  bad: [text: string, fault: RegExp][];
};

const postgres = (url: string) => [url, { kind: "postgres", url }] satisfies [string, unknown];

const cases: Case[] = [
  {
    setting: "NODE_ENV",
    of: (settings) => settings.production,
    byDefault: false,
    good: [["development", false]],
    bad: [],
  },
  {
    setting: "PORT",
    of: (settings) => settings.listen,
    byDefault: { kind: "tcp", host: "127.0.0.1", port: 3000 },
    good: [
      ["0", { kind: "tcp", host: "127.0.0.1", port: 0 }],
      ["65535", { kind: "tcp", host: "127.0.0.1", port: 65_535 }],
      ["/run/app.sock", { kind: "socket", path: "/run/app.sock" }],
    ],
    bad: ["65536", "-1", "80a", "app.sock", "1e3", " 80"].map((text) => [text, /neither a port/]),
  },
  {
    setting: "HOST",
    of: (settings) => settings.listen,
    byDefault: { kind: "tcp", host: "127.0.0.1", port: 3000 },
    good: [["::1", { kind: "tcp", host: "::1", port: 3000 }]],
    bad: [],
  },
  {
    setting: "DATABASE_URL",
    of: (settings) => settings.database,
    byDefault: { kind: "sqlite", file: path.resolve("data/cozywish.sqlite") },
    good: [
      ["sqlite:///a/b.sqlite", { kind: "sqlite", file: path.resolve("a/b.sqlite") }],
      ["sqlite:////srv/my%20data.sqlite", { kind: "sqlite", file: "/srv/my data.sqlite" }],
      postgres("postgres://user:pass@db.example:5433/name"),
      postgres("postgresql://db.example/name"),
      postgres("postgres://user@/name?host=/var/run/postgresql"),
      postgres("postgres:///name?host=/var/run/postgresql"),
      postgres("postgres://user:p%40ss@/name?application_name=x&host=%2Ftmp%2Fpg"),
    ],
    bad: [
      ["data.sqlite", /has no scheme/],
      ["sqlite:data.sqlite", /must be sqlite:/],
      ["sqlite:///", /must be sqlite:/],
      ["mysql://db/name", /the scheme mysql: is not known/],
      ["postgres://user:hunter2@", /not an address of the form/],
      ["postgres://user:hunter2@/name", /not an address of the form/],
      ["postgres://user:hunter2@/name?nohost=/tmp", /not an address of the form/],
      ["postgres://user:hunter2@host:port/name", /not an address of the form/],
    ],
  },
  {
    setting: "MEDIA_URL",
    of: (settings) => settings.mediaFolder,
    byDefault: path.resolve("media"),
    good: [["file:///srv/my%20media/", "/srv/my media"]],
    bad: ["/srv/media", "file:///", "file://host/media", "s3://bucket"].map((text) => [
      text,
      /file:\/\/\/absolute/,
    ]),
  },
  {
    setting: "SESSION_SECRET",
    of: (settings) => settings.sessionSecret.length >= 32,
    byDefault: true,
    good: [[SECRET, true]],
    bad: [["short", /at least 32 characters/]],
  },
  {
    setting: "LOG_LEVEL",
    of: (settings) => settings.logLevel,
    byDefault: "info",
    good: [["silent", "silent"]],
    bad: [["loud", /"loud" is none of fatal, error/]],
  },
  {
    setting: "LOG_FILE",
    of: (settings) => settings.logFile,
    byDefault: undefined,
    good: [["logs/web.log", "logs/web.log"]],
    bad: [],
  },
  {
    setting: "STATIC_URL",
    of: (settings) => settings.staticUrl,
    byDefault: "/static/",
    good: [
      ["/assets/v2/", "/assets/v2/"],
      ["https://cdn.example.com/static/", "https://cdn.example.com/static/"],
    ],
    bad: ["/static", "static/", "/", "ftp://cdn/", "/a b/", "//cdn.example.com/"].map((text) => [
      text,
      /end with a slash/,
    ]),
  },
  {
    setting: "CACHE_URL",
    of: (settings) => settings.cache,
    byDefault: "memory",
    good: [["memory:", "memory"]],
    bad: [["redis://:hunter2@cache", /the scheme of "redis:" is not known/]],
  },
  {
    setting: "COZY_RELEASE",
    of: (settings) => settings.release,
    byDefault: undefined,
    good: [["20260311-abc1234", "20260311-abc1234"]],
    bad: [],
  },
];

describe("settings", () => {
  for (const { setting, of, byDefault, good, bad } of cases) {
    it(`reads ${setting}, and says what is wrong with it`, () => {
      assert.deepEqual(of(readSettings({})), byDefault, "left out");
      assert.deepEqual(of(readSettings({ [setting]: "" })), byDefault, "empty");
      for (const [text, value] of good) assert.deepEqual(of(readSettings({ [setting]: text })), value, text);
      for (const [text, fault] of bad) {
        const error = faultOf({ [setting]: text });
        assert.deepEqual(
          error.faults.map((each) => each.variable),
          [setting],
          text,
        );
        assert.match(error.faults[0]?.fault ?? "", fault, text);
        assert.doesNotMatch(error.message, /hunter2/, "a password is repeated");
      }
    });
  }

  it("wants a secret of its own in production, and no other", () => {
    assert.match(
      faultOf({ NODE_ENV: "production" }).message,
      /SESSION_SECRET: is required when NODE_ENV=production/,
    );
    assert.match(
      faultOf({ NODE_ENV: "production", SESSION_SECRET: "short" }).message,
      /at least 32 characters/,
    );
    const settings = readSettings({ NODE_ENV: "production", SESSION_SECRET: SECRET });
    assert.deepEqual([settings.production, settings.sessionSecret], [true, SECRET]);
  });

  it("are all in .env.example, which names no other", async () => {
    const example = await readFile(path.join(root, ".env.example"), "utf8");
    const named = [...example.matchAll(/^#?([A-Z_]+)=/gm)].map(([, name = ""]) => name);
    assert.deepEqual(named.sort(), cases.map((each) => each.setting).sort());
  });

  for (const program of ["server.ts", "migrate.ts", "seed.ts"]) {
    it(`end ${program} with exit code 1 and all that is wrong, when they are wrong`, async () => {
      const { ended, output } = run(program, {
        NODE_ENV: "production",
        PORT: "http",
        DATABASE_URL: "postgres://user:hunter2@/name",
        LOG_LEVEL: "loud",
      });
      assert.equal(await ended, 1);
      const lines = output().trim().split("\n");
      assert.equal(lines[0], "CozyWish can't start, 4 settings are wrong:");
      assert.deepEqual(
        lines.slice(1, -1).map((line) => /^ {2}([A-Z_]+): \S/.exec(line)?.[1]),
        ["PORT", "DATABASE_URL", "SESSION_SECRET", "LOG_LEVEL"],
      );
      assert.doesNotMatch(output(), /hunter2| at .*\.ts/, "a password or a stack");
    });
  }
});

function faultOf(environment: NodeJS.ProcessEnv): SettingsError {
  try {
    readSettings(environment);
  } catch (error) {
    assert.ok(error instanceof SettingsError);
    return error;
  }
  return assert.fail(`taken without a word: ${JSON.stringify(environment)}`);
}

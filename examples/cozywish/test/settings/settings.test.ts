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

const bucket = (url: string, parts: Record<string, string>) =>
  [
    url,
    {
      kind: "s3",
      bucket: "pictures",
      prefix: "",
      region: undefined,
      endpoint: undefined,
      publicUrl: undefined,
      ...parts,
    },
  ] satisfies [string, unknown];
const redis = (url: string) => [url, { kind: "redis", url }] satisfies [string, unknown];
const memoryOrRedis: Case["good"] = [
  ["memory:", { kind: "memory" }],
  redis("redis://127.0.0.1:6379/1"),
  redis("redis://:p%40ss@cache.example"),
  redis("rediss://user:pass@cache.example:6380/15"),
];
const notRedis: Case["bad"] = [
  ["cache:6379", /the scheme cache: is not known/],
  ["cache", /has no scheme/],
  ["memcached://:hunter2@cache", /the scheme memcached: is not known; use memory: or redis:/],
  ["redis://:hunter2@", /not an address of the form redis:/],
  ["redis://:hunter2@cache/one", /not an address of the form redis:/],
];

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
    of: (settings) => settings.media,
    byDefault: { kind: "disk", folder: path.resolve("media") },
    good: [
      ["file:///srv/my%20media/", { kind: "disk", folder: "/srv/my media" }],
      bucket("s3://pictures", {}),
      bucket("s3://pictures/site/a/?region=eu-central-1", { prefix: "site/a/", region: "eu-central-1" }),
      bucket("s3://pictures?endpoint=http://127.0.0.1:9000/", { endpoint: "http://127.0.0.1:9000" }),
      bucket("s3://pictures?public=https://cdn.example.com/p", { publicUrl: "https://cdn.example.com/p/" }),
    ],
    bad: [
      ...["/srv/media", "file:///", "file://host/media", "s3://", "s3://UP_PER", "gs://bucket"].map(
        (text): [string, RegExp] => [text, /file:\/\/\/absolute.* or s3:\/\/bucket/],
      ),
      ["s3://pictures?zone=1", /"zone" is none of region, endpoint, public/],
      ["s3://pictures?endpoint=minio:9000", /endpoint: "minio:9000" is not an http/],
    ],
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
    byDefault: { kind: "memory" },
    good: memoryOrRedis,
    bad: notRedis,
  },
  {
    setting: "SESSIONS_URL",
    of: (settings) => settings.sessions,
    byDefault: { kind: "database" },
    good: memoryOrRedis,
    bad: notRedis,
  },
  {
    setting: "QUEUE_URL",
    of: (settings) => settings.queue,
    byDefault: { kind: "memory" },
    good: memoryOrRedis,
    bad: notRedis,
  },
  {
    setting: "CHECK_PASSWORD",
    of: (settings) => settings.checkPassword,
    byDefault: undefined,
    good: [["long enough", "long enough"]],
    bad: [],
  },
  {
    setting: "CONFIRMATION_MS",
    of: (settings) => settings.confirmationMs,
    byDefault: 0,
    good: [["1500", 1_500]],
    bad: [["soon", /"soon" is not a number of milliseconds/]],
  },
  ...(["release", "environment", "instance"] as const).map((name): Case => ({
    setting: `COZY_${name.toUpperCase()}`,
    of: (settings) => settings.identity[name],
    byDefault: undefined,
    good: [["20260311-abc1234", "20260311-abc1234"]],
    bad: [],
  })),
  {
    setting: "SENTRY_DSN",
    of: (settings) => settings.sentryDsn,
    byDefault: undefined,
    good: [["https://key@sentry.example/42", "https://key@sentry.example/42"]],
    bad: [["https://hunter2@sentry.example", /not of the form https:\/\/key@host\/number/]],
  },
  {
    setting: "OTEL_EXPORTER_OTLP_ENDPOINT",
    of: (settings) => settings.otlpEndpoint,
    byDefault: undefined,
    good: [["http://127.0.0.1:4318", "http://127.0.0.1:4318"]],
    bad: [["127.0.0.1:4318", /not an http\(s\) address/]],
  },
  {
    setting: "DEBUG_TOOLBAR",
    of: (settings) => settings.debugToolbar,
    byDefault: true,
    good: [
      ["on", true],
      ["off", false],
    ],
    bad: [["maybe", /"maybe" is neither on nor off/]],
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

  it("keep sessions where a flush of the cache doesn't reach them", () => {
    const cache = "redis://:hunter2@cache.example/0";
    for (const sessions of ["redis://cache.example:6379/0", "redis://other:hunter2@cache.example"]) {
      const error = faultOf({ CACHE_URL: cache, SESSIONS_URL: sessions });
      assert.deepEqual(
        error.faults.map((each) => each.variable),
        ["SESSIONS_URL"],
      );
      assert.match(error.message, /a flush of the cache would sign everybody out; use another number/);
      assert.doesNotMatch(error.message, /hunter2/);
    }
    for (const sessions of ["redis://cache.example/1", "redis://cache.example:6380/0", "memory:"]) {
      assert.ok(readSettings({ CACHE_URL: cache, SESSIONS_URL: sessions }));
    }
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

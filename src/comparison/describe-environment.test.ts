import { describe, expect, it } from "vitest";
import { testApp } from "../artifacts/testing.ts";
import { normaliseHttp } from "../project/normalise-servers.ts";
import type { Environment, ProcessType, Project } from "../project/project.ts";
import { describeEnvironment } from "./describe-environment.ts";
import { differences } from "./difference.ts";

const web: ProcessType = {
  command: ["node", "server.js"],
  count: 1,
  listen: "socket",
  ready: undefined,
  singleton: false,
  stopSignal: "SIGTERM",
  stopTimeoutMs: 30_000,
  limits: { memoryBytes: undefined, openFiles: undefined },
};

const staging: Environment = {
  name: "staging",
  target: { kind: "this-machine", port: 8080, address: "127.0.0.1" },
  domains: undefined,
  access: undefined,
  http: normaliseHttp({}, "staging"),
  database: { kind: "sqlite", variable: "DATABASE_URL" },
  media: undefined,
  variables: {
    LOG_LEVEL: { from: "literal", value: "debug" },
    API_TOKEN: { from: "literal", value: "hunter2" },
    CACHE_URL: { from: "literal", value: "redis://:hunter2@cache.example/1" },
    SESSION_SECRET: { from: "generated", bytes: 32 },
  },
  processes: { web },
  smoke: [
    { kind: "request", path: "/", status: 200, text: undefined, withinMs: 5_000 },
    { kind: "request", path: "/", status: 200, text: "Shop", withinMs: 5_000 },
  ],
  drain: { requestsMs: 30_000, streamsMs: 300_000 },
  schedules: {
    cleanup: {
      run: ["node", "cleanup.js"],
      when: { kind: "every", everyMs: 3_600_000 },
      timeoutMs: 60_000,
      catchUp: false,
    },
  },
  services: { cache: "memory" },
  keep: { releases: 5, warmMs: 600_000 },
  strategy: { kind: "switch", watch: undefined },
  backups: undefined,
  rehearsal: undefined,
  promises: { recovery: undefined, availability: undefined, latency: undefined },
};

const project: Project = {
  name: "shop",
  root: "/shop",
  configPath: "/shop/cozy.config.ts",
  app: testApp({ variables: { COLOUR: { required: false, secret: false, default: "blue" } } }),
  environments: { staging },
};

function changed(change: Partial<Environment>) {
  return differences(
    describeEnvironment(project, staging),
    describeEnvironment(project, { ...staging, name: "production", ...change }),
  );
}

describe("an environment", () => {
  it("is the same as itself under another name", () => {
    expect(changed({})).toEqual([]);
  });

  it("differs in where it runs, in counts, limits and times, by words that a person reads", () => {
    const found = changed({
      target: { kind: "this-machine", port: 8081, address: "127.0.0.1" },
      media: { kind: "disk", variable: "MEDIA_URL", url: "/media/" },
      services: { cache: "redis" },
      processes: { web: { ...web, count: 3, limits: { memoryBytes: 512e6, openFiles: 4096 } } },
      keep: { releases: 10, warmMs: 60_000 },
      drain: { requestsMs: 5_000, streamsMs: 300_000 },
      schedules: {
        cleanup: {
          run: ["node", "cleanup.js"],
          when: { kind: "calendar", patterns: ["0 3 * * *"], timeZone: "UTC" },
          timeoutMs: 60_000,
          catchUp: true,
        },
      },
    });
    expect(found).toEqual([
      { what: "target port", one: "8080", other: "8081" },
      { what: "media", one: undefined, other: "disk in MEDIA_URL, at /media/" },
      { what: "cache", one: "memory", other: "redis" },
      { what: "web count", one: "1", other: "3" },
      { what: "web memory", one: undefined, other: "512 MB" },
      { what: "web open files", one: undefined, other: "4096" },
      {
        what: "schedule cleanup",
        one: "every 1 h: node cleanup.js, for at most 1 min",
        other: "at 0 3 * * * in UTC: node cleanup.js, for at most 1 min, made up for",
      },
      { what: "drain requests", one: "30 s", other: "5 s" },
      { what: "keep releases", one: "5", other: "10" },
      { what: "keep warm", one: "10 min", other: "1 min" },
    ]);
  });

  it("differs in where values come from; a secret is never shown", () => {
    const found = changed({
      variables: {
        COLOUR: { from: "literal", value: "" },
        LOG_LEVEL: { from: "literal", value: "info" },
        API_TOKEN: { from: "literal", value: "hunter3" },
        CACHE_URL: { from: "literal", value: "redis://:hunter3@cache.example/1" },
        SESSION_SECRET: { from: "dotenv", file: ".env.production", name: "SECRET" },
        MORE: { from: "environment", name: "MORE" },
      },
    });
    const own = "a secret of its own";
    expect(found).toEqual([
      { what: "variable API_TOKEN", one: own, other: own },
      { what: "variable CACHE_URL", one: own, other: own },
      { what: "variable COLOUR", one: "blue", other: '""' },
      { what: "variable LOG_LEVEL", one: "debug", other: "info" },
      {
        what: "variable SESSION_SECRET",
        one: "drawn at random, 32 bytes",
        other: "SECRET in .env.production",
      },
      { what: "variable MORE", one: undefined, other: "MORE of the deployer's environment" },
    ]);
    expect(JSON.stringify(found)).not.toContain("hunter");
  });

  it("differs in its checks, whose values it does not tell", () => {
    const [first] = staging.smoke;
    const found = changed({
      smoke: [
        ...(first ? [first] : []),
        {
          kind: "request",
          path: "/sign-in",
          status: 303,
          text: undefined,
          method: "POST",
          headers: { authorization: "Basic hunter2", host: "shop.example" },
          form: { page: "/sign-in", fields: { password: "hunter2" } },
          withinMs: 5_000,
        },
        { kind: "command", command: ["node", "check.js"], withinMs: 1_000 },
      ],
    });
    expect(found).toEqual([
      { what: "smoke GET / (2)", one: 'status 200, text "Shop", within 5 s', other: undefined },
      {
        what: "smoke POST /sign-in",
        one: undefined,
        other: "status 303, authorization, host: shop.example, fields password of /sign-in, within 5 s",
      },
      { what: "smoke node check.js", one: undefined, other: "within 1 s" },
    ]);
  });
});

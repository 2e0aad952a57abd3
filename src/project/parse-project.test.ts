import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  defineProject,
  disk,
  django,
  dotenv,
  fromEnvironment,
  generated,
  node,
  optional,
  redis,
  secret,
  sqlite,
  thisMachine,
} from "../index.ts";
import { cronFault } from "../schedules/times.ts";
import { parseProject } from "./parse-project.ts";

const place = {
  root: "/shop",
  configPath: "/shop/cozy.config.ts",
  homeFolder: "/home/ada",
  cronFault,
  findRuntime: (folder: string, engine: "node" | "python") =>
    ({ ok: true, runtime: { engine, version: "24", source: `${folder}/.node-version` } }) as const,
};

const smallest = defineProject({
  name: "shop",
  app: node({ processes: { web: "node server.js" } }),
  environments: { local: { target: thisMachine({ port: 8080 }) } },
});

describe("parseProject", () => {
  it("fills in everything that the smallest file leaves out", () => {
    const web = {
      command: ["node", "server.js"],
      count: 1,
      listen: "socket",
      ready: undefined,
      singleton: false,
      stopSignal: "SIGTERM",
      stopTimeoutMs: 30_000,
      limits: { memoryBytes: undefined, openFiles: undefined },
    };
    const drain = { requestsMs: 30_000, streamsMs: 300_000 };
    expect(parseProject(smallest, place)).toEqual({
      ok: true,
      project: {
        name: "shop",
        root: "/shop",
        configPath: "/shop/cozy.config.ts",
        app: {
          stack: "node",
          django: undefined,
          schedules: {},
          seed: undefined,
          console: ["node"],
          migrateBack: undefined,
          contract: [],
          dev: { port: 3000, variables: {}, processes: {} },
          folder: ".",
          runtime: { engine: "node", version: "24", source: "./.node-version" },
          build: { command: undefined, variables: {}, secrets: {}, timeoutMs: 900_000 },
          processes: { web },
          migrate: undefined,
          static: undefined,
          variables: {},
          persist: [],
          ready: { path: "/", status: 200, timeoutMs: 60_000 },
          smoke: [],
          hooks: {},
          drain,
        },
        environments: {
          local: {
            name: "local",
            target: { kind: "this-machine", port: 8080, address: "127.0.0.1" },
            domains: undefined,
            access: undefined,
            http: {
              maxBodyBytes: 10 * 1024 * 1024,
              answerMs: 60_000,
              rate: undefined,
              contentSecurityPolicy: undefined,
              hsts: { maxAgeMs: 730 * 86_400_000, includeSubDomains: true },
              noindex: true,
            },
            database: undefined,
            media: undefined,
            variables: {},
            processes: { web },
            smoke: [],
            schedules: {},
            services: {},
            drain,
            keep: { releases: 5, warmMs: 600_000 },
            strategy: { kind: "switch", watch: undefined },
            backups: undefined,
            rehearsal: undefined,
            promises: { recovery: undefined, availability: undefined, latency: undefined },
          },
        },
      },
    });
  });

  it("knows the commands of a Django application", () => {
    const parsed = parseProject(
      defineProject({
        name: "shop",
        app: django({
          processes: { worker: "celery -A shop worker" },
          schedules: {
            nightly: { run: "python report.py", at: ["03:30", "15:00"], on: ["sunday", "monday"] },
          },
        }),
        environments: {
          local: { target: thisMachine({ port: 8080 }), schedules: { nightly: { every: "2h" } } },
          test: { target: thisMachine({ port: 8081 }), queue: redis({ url: "redis://127.0.0.1:6379/1" }) },
        },
      }),
      place,
    );
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    const { app, environments } = parsed.project;
    expect(app.runtime.engine).toBe("python");
    expect(app.processes["web"]?.command).toEqual([
      "gunicorn",
      "{wsgi}",
      "--bind",
      "unix:{socket}",
      "--workers",
      "3",
    ]);
    expect(app.processes["worker"]?.command).toEqual(["celery", "-A", "shop", "worker"]);
    expect(app.migrate).toEqual(["python", "manage.py", "migrate", "--noinput"]);
    expect(app.dev.processes).toEqual({ web: ["python", "manage.py", "runserver", "{port}"] });
    expect(environments["local"]?.schedules["nightly"]?.when).toEqual({ kind: "every", everyMs: 7_200_000 });
    expect(environments["test"]?.schedules["nightly"]?.when).toEqual({
      kind: "calendar",
      patterns: ["30 3 * * 0,1", "0 15 * * 0,1"],
      timeZone: "UTC",
    });
    expect(environments["test"]?.variables["QUEUE_URL"]).toEqual({
      from: "literal",
      value: "redis://127.0.0.1:6379/1",
    });
  });

  it("takes every form that the file allows", () => {
    const parsed = parseProject(
      defineProject({
        name: "shop",
        app: node({
          folder: "./apps/web/",
          runtime: ">=22.15",
          build: {
            command: ["npm", "run", "build"],
            variables: { A: "1" },
            secrets: { T: fromEnvironment("NPM_TOKEN") },
            timeout: "4m",
          },
          processes: {
            web: { command: "node server.js", count: 4, limits: { memory: "1GB", openFiles: 4096 } },
            worker: { command: ["node", "w.js"], stopSignal: "SIGINT", stopTimeout: "2m", count: 0 },
          },
          migrate: 'node migrate.js --to "the end"',
          static: { folder: "dist/static" },
          variables: {
            LEVEL: "info",
            KEY: secret(),
            DSN: secret({ required: false }),
            CITY: { default: "x" },
            NOTE: optional(),
          },
          persist: ["uploads/", "./var/data"],
          ready: { path: "/readyz", status: 204, timeout: "2m" },
          smoke: ["/", { path: "/s", text: "Hi", within: "250ms" }, { command: "node check.js" }],
          hooks: { beforeSwitch: "node warm.js" },
          drain: { requests: "10s" },
        }),
        environments: {
          staging: {
            target: thisMachine({ port: 8081, address: "0.0.0.0" }),
            database: sqlite({ variable: "DB" }),
            media: disk({ url: "/m/" }),
            variables: { KEY: generated({ bytes: 64 }), DSN: dotenv(".env", "SENTRY"), CITY: "Bad Ems" },
            processes: { web: { count: 2, limits: { memory: "512MB" } } },
            smoke: ["/staging"],
            drain: { streams: "1m" },
            keep: { releases: 2 },
          },
        },
      }),
      place,
    );
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    const { app } = parsed.project;
    const staging = parsed.project.environments["staging"];
    expect(app.runtime).toEqual({ engine: "node", version: ">=22.15", source: "cozy.config.ts" });
    expect(app.folder).toBe("apps/web");
    expect(app.migrate).toEqual(["node", "migrate.js", "--to", "the end"]);
    expect(app.persist).toEqual(["uploads", "var/data"]);
    expect(app.variables).toEqual({
      LEVEL: { required: false, secret: false, default: "info" },
      KEY: { required: true, secret: true, default: undefined },
      DSN: { required: false, secret: true, default: undefined },
      CITY: { required: false, secret: false, default: "x" },
      NOTE: { required: false, secret: false, default: undefined },
    });
    expect(app.build.secrets).toEqual({ T: { from: "environment", name: "NPM_TOKEN" } });
    expect(staging?.processes["web"]).toMatchObject({
      count: 2,
      limits: { memoryBytes: 536_870_912, openFiles: 4096 },
    });
    expect(staging?.processes["worker"]).toMatchObject({
      count: 0,
      stopSignal: "SIGINT",
      stopTimeoutMs: 120_000,
    });
    expect(staging?.smoke.map((check) => (check.kind === "request" ? check.path : check.command[1]))).toEqual(
      ["/", "/s", "check.js", "/staging"],
    );
    expect(staging?.drain).toEqual({ requestsMs: 10_000, streamsMs: 60_000 });
    expect(staging?.keep).toEqual({ releases: 2, warmMs: 600_000 });
    expect(staging?.variables).toEqual({
      KEY: { from: "generated", bytes: 64 },
      DSN: { from: "dotenv", file: ".env", name: "SENTRY" },
      CITY: { from: "literal", value: "Bad Ems" },
    });
  });

  it("tells faults and never throws, whatever a file exports", () => {
    const keys = fc.constantFrom(
      "name",
      "app",
      "environments",
      "kind",
      "from",
      "processes",
      "web",
      "local",
      "target",
      "variables",
      "constructor",
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 6 },
        fc.constantFrom<unknown>("node", "sqlite", "", 0, null, undefined, true, Symbol.iterator),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(keys, tie("value"), { maxKeys: 5 }),
      ),
    }));
    const outcomes = fc
      .sample(fc.tuple(value, value), { numRuns: 300, seed: 7 })
      .flatMap(([any, other]) =>
        [any, { ...smallest, app: any }, { ...smallest, environments: { local: any, other } }].map(
          (exported) => parseProject(exported, place),
        ),
      );
    expect(outcomes).toHaveLength(900);
    const silent = outcomes.filter((parsed) => !parsed.ok && parsed.faults.length === 0);
    expect(silent).toEqual([]);
  });
});

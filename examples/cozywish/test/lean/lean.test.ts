import assert from "node:assert/strict";
import path from "node:path";
import { describe, it } from "node:test";
import { migrateToLatest } from "../../src/database/migrate-to-latest.ts";
import { withDatabase } from "../databases/open-url.ts";
import { root, startServer } from "../support/server-process.ts";
import { tempFolder } from "../support/temp-folder.ts";

/** What of all that can be switched on a server has loaded once it has served a few pages. */
async function loaded(environment: Record<string, string>): Promise<string[]> {
  const folder = await tempFolder();
  const DATABASE_URL = `sqlite:///${folder}/data.sqlite`;
  await withDatabase(DATABASE_URL, migrateToLatest);
  const server = await startServer({
    PORT: "0",
    NODE_ENV: "production",
    SESSION_SECRET: "0123456789abcdef0123456789abcdef",
    DATABASE_URL,
    MEDIA_URL: `file://${folder}/media`,
    NODE_OPTIONS: `--import=${path.join(root, "test/support/tell-modules.ts")}`,
    ...environment,
  });
  for (const address of ["/", "/venues", "/sign-up", "/readyz"]) await fetch(server.address + address);
  server.child.kill("SIGTERM");
  await server.ended;
  const modules = [
    ...server.output().matchAll(/loads \S*?(node_modules\/(?:@[^/]+\/)?[^/\s]+|src\/toolbar)/g),
  ];
  const names = new Set(modules.map(([, name = ""]) => name.replace("node_modules/", "")));
  assert.ok(names.has("hono"), server.output());
  const optional = /^(ioredis|bullmq|pg|@aws-sdk\/client-s3|@sentry\/node|@opentelemetry\/api|src\/toolbar)$/;
  return [...names].filter((name) => optional.test(name)).sort();
}

// Nothing listens on port 1: what is asked for is loaded all the same.
const switches: [what: string, environment: Record<string, string>, loads: string[]][] = [
  ["nothing", {}, []],
  ["a cache in Redis", { CACHE_URL: "redis://127.0.0.1:1/0" }, ["ioredis"]],
  ["sessions in Redis", { SESSIONS_URL: "redis://127.0.0.1:1/1" }, ["ioredis"]],
  ["a queue in Redis", { QUEUE_URL: "redis://127.0.0.1:1/2" }, ["bullmq", "ioredis"]],
  ["a bucket", { MEDIA_URL: "s3://pictures?endpoint=http://127.0.0.1:1" }, ["@aws-sdk/client-s3"]],
  ["OpenTelemetry", { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" }, ["@opentelemetry/api"]],
];

describe("a server", { concurrency: 2 }, () => {
  for (const [what, environment, loads] of switches) {
    it(`with ${what} loads ${loads.join(", ") || "nothing that it doesn't need"}`, async () => {
      assert.deepEqual(await loaded(environment), loads);
    });
  }

  it("with Sentry loads that", async () => {
    const names = await loaded({ SENTRY_DSN: "http://key@127.0.0.1:1/1" });
    assert.ok(names.includes("@sentry/node"));
  });

  it("with the debug toolbar loads that", async () => {
    assert.deepEqual(await loaded({ NODE_ENV: "development" }), ["src/toolbar"]);
  });
});

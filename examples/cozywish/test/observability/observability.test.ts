import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { migrateToLatest } from "../../src/database/migrate-to-latest.ts";
import { withDatabase } from "../databases/open-url.ts";
import { eventually } from "../support/eventually.ts";
import { startReceiver } from "../support/receiver.ts";
import { run, startServer } from "../support/server-process.ts";
import { tempFolder } from "../support/temp-folder.ts";

const identity = { COZY_RELEASE: "20260311-abc1234", COZY_ENVIRONMENT: "staging", COZY_INSTANCE: "web-2" };

/** A server of its own process: what Sentry and OpenTelemetry set up is for a process as a whole. */
async function startObserved(environment: Record<string, string>, { migrated = true } = {}) {
  const folder = await tempFolder();
  const DATABASE_URL = `sqlite:///${folder}/data.sqlite`;
  if (migrated) await withDatabase(DATABASE_URL, migrateToLatest);
  const place = { DATABASE_URL, MEDIA_URL: `file://${folder}/media` };
  return startServer({ PORT: "0", ...place, ...identity, ...environment });
}

describe("Sentry", () => {
  it("is told of a fault, by which release, where, and with the reference that the page shows", async () => {
    const { port, received } = await startReceiver();
    const dsn = `http://key@127.0.0.1:${port}/42`;
    const server = await startObserved({ SENTRY_DSN: dsn }, { migrated: false });
    const answer = await fetch(`${server.address}/venues?q=private-wish`, {
      headers: { "x-request-id": "request-7", cookie: "theirs=secret" },
    });
    assert.equal(answer.status, 500);
    const envelope = await eventually(() => {
      const [first] = received;
      assert.ok(first);
      return first;
    });
    assert.equal(envelope.path, "/api/42/envelope/");
    const event = JSON.parse(envelope.body.split("\n")[2] ?? "") as Record<string, never> & {
      exception: { values: { type: string; value: string; stacktrace: unknown }[] };
      tags: Record<string, string>;
    };
    const { release, environment, server_name, tags, exception } = event;
    assert.deepEqual(
      { release, environment, server_name, tags },
      {
        release: identity.COZY_RELEASE,
        environment: "staging",
        server_name: "web-2",
        tags: { requestId: "request-7", method: "GET", path: "/venues" },
      },
    );
    assert.match(exception.values.at(-1)?.value ?? "", /no such table/);
    assert.ok(exception.values.at(-1)?.stacktrace);
    assert.doesNotMatch(envelope.body, /private-wish|theirs=secret/);
    server.child.kill("SIGTERM");
    assert.equal(await server.ended, 0);
  });

  it("is told why a process has died, before it ends", async () => {
    const { port, received } = await startReceiver();
    const dsn = `http://key@127.0.0.1:${port}/42`;
    const first = await startObserved({});
    const taken = new URL(first.address).port;
    const second = run("server.ts", { PORT: taken, SENTRY_DSN: dsn, ...identity });
    assert.equal(await second.ended, 1);
    assert.equal(received.length, 1);
    assert.match(received[0]?.body ?? "", /EADDRINUSE[^]*"event":"listen\.failed"/);
  });

  it("keeps nobody from stopping when it can't be reached", async () => {
    const server = await startObserved({ SENTRY_DSN: "http://key@127.0.0.1:1/42" }, { migrated: false });
    assert.equal((await fetch(server.address)).status, 500);
    server.child.kill("SIGTERM");
    assert.equal(await server.ended, 0);
  });
});

type Traces = {
  resourceSpans: {
    resource: { attributes: { key: string; value: Record<string, unknown> }[] };
    scopeSpans: { spans: Record<string, unknown>[] }[];
  }[];
};

describe("OpenTelemetry", () => {
  it("gets one span a request, named after its route, from whom it is and within the caller's trace", async () => {
    const { port, received } = await startReceiver();
    const server = await startObserved({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` });
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
    await fetch(`${server.address}/venues/quiet-house?q=private-wish`, { headers: { traceparent } });
    await fetch(`${server.address}/nowhere/at/all`);
    server.child.kill("SIGTERM");
    assert.equal(await server.ended, 0);

    assert.deepEqual([...new Set(received.map((each) => each.path))], ["/v1/traces"]);
    assert.doesNotMatch(JSON.stringify(received), /private-wish/);
    const sent = received.flatMap((each) => (JSON.parse(each.body) as Traces).resourceSpans);
    const resource = Object.fromEntries(
      (sent[0]?.resource.attributes ?? []).map(({ key, value }) => [key, Object.values(value)[0]]),
    );
    assert.equal(resource["service.name"], "cozywish");
    assert.equal(resource["service.version"], identity.COZY_RELEASE);
    assert.equal(resource["deployment.environment.name"], "staging");
    assert.equal(resource["service.instance.id"], "web-2");
    const [span, other, ...more] = sent.flatMap((each) => each.scopeSpans.flatMap((scope) => scope.spans));
    assert.deepEqual(more, []);
    assert.deepEqual(
      [span?.["name"], span?.["traceId"], span?.["parentSpanId"]],
      ["GET /venues/:venue", traceId, "b7ad6b7169203331"],
    );
    assert.match(
      JSON.stringify(span?.["attributes"]),
      /"http\.response\.status_code","value":\{"intValue":404\}/,
    );
    assert.equal(other?.["name"], "GET");
  });
});

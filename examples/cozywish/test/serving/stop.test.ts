import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { once } from "node:events";
import path from "node:path";
import { describe, it } from "node:test";
import { migrateToLatest } from "../../src/database/migrate-to-latest.ts";
import { withDatabase } from "../databases/open-url.ts";
import { RawRequest } from "../support/raw-request.ts";
import { run, startServer, until, type Program } from "../support/server-process.ts";
import { tempFolder } from "../support/temp-folder.ts";

type Place = { environment: Record<string, string>; socket: string };

async function preparePlace(): Promise<Place> {
  const folder = await tempFolder();
  const DATABASE_URL = `sqlite:///${folder}/data.sqlite`;
  await withDatabase(DATABASE_URL, migrateToLatest);
  return {
    environment: { DATABASE_URL, MEDIA_URL: `file://${folder}/media` },
    socket: path.join(folder, "web.sock"),
  };
}

/** Asks for an account, and holds the last part of the form back: the request is in flight until `end`. */
async function beginToSignUp(address: string) {
  const page = await new RawRequest(address, "/sign-up").end();
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? "";
  const cookie = page.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
  const fields = { name: "Ada", email: "ada@example.com", password: "a-long-password" };
  const form = new URLSearchParams({ csrf, ...fields }).toString();
  const request = new RawRequest(address, "/sign-up", {
    method: "POST",
    headers: {
      cookie,
      "content-type": "application/x-www-form-urlencoded",
      "content-length": String(form.length),
      connection: "keep-alive",
      expect: "100-continue",
    },
  });
  await request.write(form.slice(0, -5));
  await request.begun;
  return { finish: () => request.end(form.slice(-5)), answer: request.answer };
}

/** Waits until the server says that it is stopping, and how many requests it still owes an answer. */
async function stopping(server: Program): Promise<number> {
  const inFlight = await until(
    () => /"event":"stopping".*"inFlight":(\d+)/.exec(server.output())?.[1],
    server,
  );
  return Number(inFlight);
}

async function signal(server: Program & { address: string }, name: NodeJS.Signals): Promise<number> {
  server.child.kill(name);
  return stopping(server);
}

describe("stopping", { concurrency: true }, () => {
  for (const how of ["TCP", "a unix socket"] as const) {
    it(`answers what is in flight on ${how}, then ends with exit code 0`, async () => {
      const { environment, socket } = await preparePlace();
      const server = await startServer({ ...environment, PORT: how === "TCP" ? "0" : socket });
      const begun = await beginToSignUp(server.address);

      assert.equal(await signal(server, "SIGTERM"), 1);
      await assert.rejects(new RawRequest(server.address, "/healthz").end(), /ECONNREFUSED|ENOENT/);
      assert.equal(server.child.exitCode, null);
      const answer = await begun.finish();
      assert.equal(answer.status, 303);
      assert.equal(answer.headers.connection, "close");
      assert.equal(await server.ended, 0);
      assert.ok(!existsSync(socket));
      const accounts = await withDatabase(environment["DATABASE_URL"] ?? "", (database) =>
        database.selectFrom("accounts").select("email").execute(),
      );
      assert.deepEqual(accounts, [{ email: "ada@example.com" }]);
      assert.match(server.output(), /"event":"stopped"\}\n/);
    });
  }

  it("isn't held up by connections that ask for nothing", async () => {
    const { environment, socket } = await preparePlace();
    const server = await startServer({ ...environment, PORT: socket });
    const silent = connect(socket);
    await once(silent, "connect");
    assert.equal(await signal(server, "SIGINT"), 0);
    // One that is held up gives up after 20 s, and ends with exit code 1.
    assert.equal(await server.ended, 0);
    silent.destroy();
  });

  it("ends at once, with exit code 1, when it is told twice", async () => {
    const { environment, socket } = await preparePlace();
    const server = await startServer({ ...environment, PORT: socket });
    const begun = await beginToSignUp(server.address);
    assert.equal(await signal(server, "SIGTERM"), 1);
    server.child.kill("SIGTERM");
    assert.equal(await server.ended, 1);
    await assert.rejects(begun.answer);
    assert.match(server.output(), /"reason":"second signal","cutOff":1/);
  });
});

describe("listening on a unix socket", { concurrency: true }, () => {
  it("takes the place of a socket that a killed server has left", async () => {
    const { environment, socket } = await preparePlace();
    const killed = await startServer({ ...environment, PORT: socket });
    killed.child.kill("SIGKILL");
    await killed.ended;
    assert.ok(existsSync(socket));
    const server = await startServer({ ...environment, PORT: socket });
    assert.equal((await new RawRequest(server.address, "/healthz").end()).status, 200);
  });

  it("ends with exit code 1 where another server is listening, which goes on", async () => {
    const { environment, socket } = await preparePlace();
    const first = await startServer({ ...environment, PORT: socket });
    const second = run("server.ts", { ...environment, PORT: socket });
    assert.equal(await second.ended, 1);
    assert.match(second.output(), /another process is listening/);
    assert.equal((await new RawRequest(first.address, "/healthz").end()).status, 200);
  });

  it("leaves a file alone that is no socket", async () => {
    const { environment, socket } = await preparePlace();
    await writeFile(socket, "precious");
    const server = run("server.ts", { ...environment, PORT: socket });
    assert.equal(await server.ended, 1);
    assert.match(server.output(), /it is no socket; it was left as it is/);
    assert.ok(existsSync(socket));
  });
});

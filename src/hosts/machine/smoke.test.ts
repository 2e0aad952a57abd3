import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SmokeCheck } from "../../project/project.ts";
import type { SmokeRequest } from "./smoke-request.ts";
import { smokeRelease, type SmokeTarget } from "./smoke.ts";

const never = new AbortController().signal;
let folder: string;
let sockets: string[];
let servers: Server[];
let database: DatabaseSync;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozy-smoke-"));
  database = new DatabaseSync(":memory:");
  database.exec("create table bookings (id integer primary key, name text not null)");
  servers = [];
  sockets = await Promise.all([0, 1].map(startInstance));
});
afterEach(async () => {
  for (const server of servers) server.close();
  database.close();
  await rm(folder, { recursive: true, force: true });
});

/** A small site with sessions of its own, a token against forged forms, and a page that writes. */
async function startInstance(index: number): Promise<string> {
  const sessions = new Map<string, string | undefined>();
  const server = createServer((request, response) => {
    void (async () => {
      const body = await bodyOf(request);
      const session = /session=(\w+)/.exec(request.headers.cookie ?? "")?.[1];
      const fields = new URLSearchParams(body);
      switch (`${request.method} ${request.url}`) {
        case "GET /sign-in": {
          const id = `i${index}s${sessions.size}`;
          sessions.set(id, undefined);
          response.setHeader("set-cookie", `session=${id}; HttpOnly; Secure`);
          return response.end(
            `<form method=post><input type=hidden name=token value="t&amp;${id}"><input name=user><input name=password></form>`,
          );
        }
        case "POST /sign-in": {
          if (session === undefined || fields.get("token") !== `t&${session}`)
            return response.writeHead(403).end("bad token");
          if (fields.get("password") !== "correct horse")
            return response.writeHead(422).end(`no such password: ${fields.get("password")}`);
          sessions.set(session, fields.get("user") ?? "");
          return response.writeHead(303, { location: "/" }).end();
        }
        case "GET /me":
          return response.end(`signed in as ${sessions.get(session ?? "")}`);
        case "GET /bookings":
          return response.end(`${countBookings()} bookings`);
        case "POST /bookings": {
          const { name } = JSON.parse(body) as { name: string };
          try {
            database.prepare("insert into bookings (name) values (?)").run(name);
            return response.writeHead(201).end("booked");
          } catch {
            return response.writeHead(500).end("something went wrong");
          }
        }
        case "POST /upload":
          return response.end(request.headers["content-type"]?.split(";")[0]);
        case "GET /upload":
          return response.end(`<form method=post enctype="multipart/form-data"><input name=title></form>`);
        case "GET /search?place=here&q=a+b":
          return response.end("found");
        case "GET /search":
          return response.end(`<form><input type=hidden name=place value=here><input name=q></form>`);
        default:
          return response.writeHead(404).end();
      }
    })();
  });
  servers.push(server);
  const socket = join(folder, `web.${index}.sock`);
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return socket;
}

function countBookings(): number {
  return Number(database.prepare("select count(*) as n from bookings").get()?.["n"]);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) body += String(chunk);
  return body;
}

function target(more: Partial<SmokeTarget> = {}): SmokeTarget {
  return {
    sockets,
    variables: { SMOKE_PASSWORD: "correct horse" },
    secrets: [],
    run: async () => ({ exitCode: 0, signal: null, tail: [] }),
    ...more,
  };
}

const page = (path: string, more: Partial<SmokeRequest> = {}): SmokeRequest => ({
  kind: "request",
  path,
  status: 200,
  text: undefined,
  withinMs: 2_000,
  ...more,
});
const signIn = page("/sign-in", {
  method: "POST",
  status: 303,
  form: { page: "/sign-in", fields: { user: "smoke", password: { variable: "SMOKE_PASSWORD" } } },
});
const book = page("/bookings", { method: "POST", status: 201, json: { name: "smoke" } });

async function faults(checks: readonly SmokeCheck[], more: Partial<SmokeTarget> = {}) {
  const answers = await smokeRelease(target(more), checks, never);
  return answers.map(({ check, reason }) => (reason === undefined ? check : `${check}: ${reason}`));
}

describe("a form", () => {
  it("is sent with its hidden fields, its cookies and a value of the release, and later checks are signed in", async () => {
    const checks = [signIn, page("/me", { text: "signed in as smoke" })];
    expect(await faults(checks)).toEqual(["POST /sign-in", "GET /me"]);
  });

  it("is judged by its own answer, not by what a redirect leads to", async () => {
    expect(await faults([{ ...signIn, status: 200 }])).toEqual([
      "POST /sign-in: status 303 instead of 200; it redirects to /: ask for a page that answers itself, or say so with `status`",
    ]);
  });

  it("never shows the value of a variable, even where the page quotes it", async () => {
    const [fault] = await faults([signIn], { variables: { SMOKE_PASSWORD: "wrong horse" } });
    expect(fault).toBe("POST /sign-in: status 422 instead of 303 (no such password: [REDACTED])");
  });

  it("says which variable is missing", async () => {
    expect(await faults([signIn], { variables: {} })).toEqual([
      "POST /sign-in: the release has no variable SMOKE_PASSWORD",
    ]);
  });

  it("says what is wrong with the page that it stands on", async () => {
    const at = (page: string) => ({ ...signIn, form: { page, fields: { user: "smoke" } } });
    expect(await faults([at("/nowhere"), at("/me")])).toEqual([
      "POST /sign-in: its page /nowhere: status 404 instead of 200",
      "POST /sign-in: its page /me has no form that goes to /sign-in or has the field user",
    ]);
  });

  it("is sent in parts where it says so, and in the address where it is a question", async () => {
    const upload = page("/upload", {
      method: "POST",
      text: "multipart/form-data",
      form: { page: "/upload", fields: { title: "x" } },
    });
    const search = page("/search", {
      method: "GET",
      text: "found",
      form: { page: "/search", fields: { q: "a b" } },
    });
    expect(await faults([upload, search])).toEqual(["POST /upload", "GET /search"]);
  });
});

describe("a release that reads well and fails to write", () => {
  it("is found by a check that posts", async () => {
    const reads = page("/bookings", { text: "bookings" });
    expect(await faults([reads, book])).toEqual(["GET /bookings", "POST /bookings"]);
    // What an old release meets on a schema that a newer one has migrated.
    database.exec("drop table bookings");
    database.exec("create table bookings (id integer primary key, name text not null, slot text not null)");
    expect(await faults([reads, book])).toEqual([
      "GET /bookings",
      "POST /bookings: status 500 instead of 201 (something went wrong)",
    ]);
  });

  it("asks each instance once, and none after a fault", async () => {
    await faults([book]);
    expect(countBookings()).toBe(2);
    await faults([{ ...book, status: 200 }]);
    expect(countBookings()).toBe(3);
  });
});

describe("the other checks", () => {
  it("are asked in their order, a command once", async () => {
    const ran: string[] = [];
    const run: SmokeTarget["run"] = async ([program = ""]) => {
      ran.push(`${program} after ${countBookings()}`);
      return { exitCode: 3, signal: null, tail: ["the password is correct horse", "no luck"] };
    };
    const checks: SmokeCheck[] = [book, { kind: "command", command: ["count"], withinMs: 1_000 }, book];
    expect(await faults(checks, { run, secrets: ["SMOKE_PASSWORD"] })).toEqual([
      "POST /bookings",
      "count: ended with 3: the password is [REDACTED]: no luck",
      "POST /bookings",
    ]);
    expect(ran).toEqual(["count after 2"]);
  });

  it("have nobody to ask without instances", async () => {
    expect(await faults([page("/me")], { sockets: [] })).toEqual([
      "GET /me: there is no web instance to ask",
    ]);
  });

  it("say that nothing listens, and that an answer takes too long", async () => {
    const none = [join(folder, "none.sock")];
    expect(await faults([page("/me"), signIn], { sockets: none })).toEqual([
      "GET /me: does not listen on its socket",
      "POST /sign-in: does not listen on its socket",
    ]);
  });
});

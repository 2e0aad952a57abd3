import { describe, expect, it } from "vitest";
import type { Facts } from "./facts.ts";
import { incomplete, missingFrom } from "./missing.ts";
import { appOf } from "./testing.ts";

const app = appOf({
  kind: "node",
  processes: { web: "node dist/server.js" },
  build: { command: "npm run build" },
  variables: { KEY: { secret: true }, NAME: { required: true } },
});
const place = { app, dotenv: "there", port: 3000, platform: "linux" } as const;
const fine: Facts = {
  dependencies: { state: "fine" },
  runtime: { version: "24.1.0", fits: true, install: "nvm install 24" },
  port: { state: "free" },
  withoutValue: [],
  absent: [],
};

describe("missingFrom", () => {
  it("finds nothing where nothing is missing", () => {
    expect(missingFrom(fine, place)).toEqual([]);
  });

  it("tells all at once, each with what makes it good", () => {
    const facts: Facts = {
      dependencies: { state: "stale", what: "hono in node_modules is not as package-lock.json says" },
      runtime: { version: "20.1.0", fits: false, install: "nvm install 22" },
      port: { state: "taken", listener: { pid: 77, name: "node server.js" }, next: 3002 },
      withoutValue: ["KEY", "NAME"],
      absent: [{ type: "web", file: "dist/server.js" }],
    };
    expect(missingFrom(facts, { ...place, dotenv: "example-only" })).toEqual([
      { what: "Node >=22.15 (a test) is asked for, and 20.1.0 is what would run", fix: "nvm install 22" },
      {
        what: "the dependencies are not up to date: hono in node_modules is not as package-lock.json says",
        fix: "cozy dev --setup",
      },
      {
        what: ".env is not there, though .env.example is",
        fix: "cozy dev --setup, or: cp .env.example .env",
      },
      {
        what: "KEY has no value, and the application needs it",
        fix: "cozy dev --setup (draws one into .env), or write KEY=… to .env",
      },
      { what: "NAME has no value, and the application needs it", fix: "write NAME=… to .env" },
      {
        what: "dist/server.js, which web runs, is not there",
        fix: "npm run build builds it; or give processes.web a `dev` command",
      },
      {
        what: "port 3000 is in use: node server.js, process 77, listens there",
        fix: "cozy dev --port 3002",
      },
    ]);
  });

  it("copies on Windows as Windows does", () => {
    const [found] = missingFrom(fine, { ...place, dotenv: "example-only", platform: "win32" });
    expect(found?.fix).toBe("cozy dev --setup, or: copy .env.example .env");
  });

  it("says of a runtime that is not there how it comes", () => {
    const runtime = { version: undefined, fits: false, install: "nvm install 22" };
    expect(missingFrom({ ...fine, runtime }, place)).toEqual([
      { what: "Node >=22.15 (a test) is not on the PATH", fix: "nvm install 22" },
    ]);
  });

  it("says of a port that nobody may have why", () => {
    const [found] = missingFrom(
      { ...fine, port: { state: "refused", code: "EACCES" } },
      { ...place, port: 80 },
    );
    expect(found?.what).toBe("port 80 can't be listened on (EACCES)");
  });
});

describe("incomplete", () => {
  it("names the set-up as the next command where it makes something good", () => {
    const error = incomplete([
      { what: "port 3000 is in use", fix: "cozy dev --port 3001" },
      { what: ".env is not there", fix: "cozy dev --setup, or: cp .env.example .env" },
    ]);
    expect(error).toMatchObject({
      code: "development-incomplete",
      fault: "yours",
      message: "2 things are missing.",
      next: "cozy dev --setup",
      state: "Nothing was started.",
    });
    expect(error.details).toContain("  → cozy dev --port 3001");
  });

  it("else the one command that there is", () => {
    expect(incomplete([{ what: "port 3000 is in use", fix: "cozy dev --port 3001" }])).toMatchObject({
      message: "One thing is missing.",
      next: "cozy dev --port 3001",
    });
  });
});

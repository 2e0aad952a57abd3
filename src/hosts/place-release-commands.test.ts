import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tempFolder } from "../artifacts/testing.ts";
import type { ReleaseRecord } from "./host.ts";
import { resolvePlaceholders, withoutNpmIn } from "./place-release-commands.ts";

const facts = {
  settings: "shop.settings",
  wsgi: "shop.wsgi:application",
  asgi: undefined,
  staticUrl: "/static/",
  mediaUrl: undefined,
  version: "5.2",
};

function recordWith(command: readonly string[]): ReleaseRecord {
  const limits = { memoryBytes: undefined, openFiles: undefined };
  const life = { count: 1, listen: "socket", ready: undefined, singleton: false } as const;
  return {
    format: 1,
    id: "r1",
    project: "shop",
    environment: "production",
    commit: "abc",
    commitSubject: "Change",
    artifact: "a",
    createdAt: 1,
    processes: { web: { command, ...life, stopSignal: "SIGTERM", stopTimeoutMs: 1, limits } },
    ready: { path: "/", status: 200, timeoutMs: 1 },
    smoke: [
      { kind: "command", command: ["check", "{settings}"], withinMs: 1 },
      { kind: "request", path: "/{settings}", status: 200, text: undefined, withinMs: 1 },
    ],
    drain: { requestsMs: 0, streamsMs: 0 },
    hooks: { afterDeploy: ["note", "--with={settings}"] },
    staticUrl: "/static/",
    stack: "django",
    schedules: {
      daily: {
        run: ["run", "{wsgi}"],
        when: { kind: "every", everyMs: 1 },
        timeoutMs: 1,
        catchUp: false,
      },
    },
    console: ["shell", "{settings}"],
    contract: [],
    migrateBack: ["back", "{settings}"],
    backups: undefined,
  };
}

describe("the commands of a release", () => {
  it("have what Django answered in the place of its placeholders, and keep those of an instance", () => {
    const record = resolvePlaceholders(recordWith(["gunicorn", "{wsgi}", "--bind", "unix:{socket}"]), facts);
    expect(record.processes["web"]?.command).toEqual([
      "gunicorn",
      "shop.wsgi:application",
      "--bind",
      "unix:{socket}",
    ]);
    expect(record.schedules["daily"]?.run).toEqual(["run", "shop.wsgi:application"]);
    expect(record.hooks).toEqual({ afterDeploy: ["note", "--with=shop.settings"] });
    expect(record.console).toEqual(["shell", "shop.settings"]);
    expect(record.smoke).toMatchObject([{ command: ["check", "shop.settings"] }, { path: "/{settings}" }]);
  });

  it("of a Node application stay as they are", () => {
    const record = recordWith(["node", "{wsgi}"]);
    expect(resolvePlaceholders(record, undefined)).toBe(record);
  });

  it("that need an answer which Django did not give are refused", () => {
    expect(() => resolvePlaceholders(recordWith(["uvicorn", "{asgi}"]), facts)).toThrow(
      expect.objectContaining({ code: "wsgi-missing" }),
    );
  });

  it("have what npm's scripts run in the place of npm, where the application is one of Node", async () => {
    const app = await tempFolder();
    await writeFile(
      join(app, "package.json"),
      JSON.stringify({ name: "shop", scripts: { web: "node web.js" } }),
    );
    const base = recordWith(["npm", "run", "web", "--", "{socket}"]);
    const [daily] = Object.values(base.schedules);
    const record: ReleaseRecord = {
      ...base,
      stack: "node",
      schedules: { daily: { ...daily!, run: ["npx", "tidy"] } },
    };
    const found = await withoutNpmIn(record, app);
    expect(found.processes["web"]?.command).toEqual([
      "env",
      "npm_lifecycle_event=web",
      "npm_package_name=shop",
      "sh",
      "-c",
      "exec node web.js '{socket}'",
    ]);
    expect(found.schedules["daily"]?.run).toEqual(["tidy"]);
    expect(await withoutNpmIn(base, app)).toEqual(base);
    const wrong = { ...record, processes: { web: { ...record.processes["web"]!, command: ["npm", "ci"] } } };
    await expect(withoutNpmIn(wrong, app)).rejects.toMatchObject({ code: "npm-in-release" });
  });
});

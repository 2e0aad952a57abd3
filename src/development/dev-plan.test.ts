import { describe, expect, it } from "vitest";
import { leftOut, planDevelopment } from "./dev-plan.ts";
import { asksDjango, fillPlaces, reloading } from "./reloading.ts";
import { appOf } from "./testing.ts";

describe("planDevelopment", () => {
  it("gives Node's own watch to Node, cozy's to others, and leaves a `dev` command as it is", () => {
    const app = appOf({
      kind: "node",
      processes: {
        worker: { command: "node src/worker.ts", count: 3 },
        web: { command: "node src/server.ts", count: 4 },
        mail: { command: ["sh", "-c", "exec mail"] },
        assets: { command: "node dist/assets.js", dev: "vite build --watch" },
        reports: { command: "node reports.js", dev: false },
      },
    });
    expect(planDevelopment(app, { port: 3100 })).toEqual([
      {
        type: "web",
        command: ["node", "--watch", "--watch-preserve-output", "src/server.ts"],
        reload: "own",
      },
      {
        type: "worker",
        command: ["node", "--watch", "--watch-preserve-output", "src/worker.ts"],
        reload: "own",
      },
      { type: "mail", command: ["sh", "-c", "exec mail"], reload: "cozy" },
      { type: "assets", command: ["vite", "build", "--watch"], reload: "own" },
    ]);
    expect(leftOut(app)).toEqual(["reports"]);
  });

  it("runs Django's own server on the port that was asked for, and starts its worker anew", () => {
    const app = appOf({ kind: "django", processes: { worker: "celery -A {settings} worker" } });
    expect(planDevelopment(app, { port: 8055, settings: "site.settings.local" })).toEqual([
      { type: "web", command: ["python", "manage.py", "runserver", "8055"], reload: "own" },
      { type: "worker", command: ["celery", "-A", "site.settings.local", "worker"], reload: "cozy" },
    ]);
  });
});

describe("reloading", () => {
  it.each([[["node", "--watch", "a.js"]], [["node", "--watch-path=src", "a.js"]]])(
    "leaves %j alone, which watches already",
    (command) => {
      expect(reloading(command)).toEqual({ command, reload: "own" });
    },
  );

  it("is not misled by a word like an option of another program", () => {
    expect(reloading(["tsx", "--watch", "a.ts"])).toEqual({
      command: ["tsx", "--watch", "a.ts"],
      reload: "cozy",
    });
    expect(reloading(["node", "--watchful", "a.js"]).command[1]).toBe("--watch");
  });
});

describe("fillPlaces", () => {
  it("puts a port in the place of a socket, and leaves what nobody could tell", () => {
    const words = ["--bind", "unix:{socket}", "--listen={socket}", "{wsgi}", "{asgi}"];
    expect(fillPlaces(words, { port: 8000, wsgi: "site.wsgi:application" })).toEqual([
      "--bind",
      "127.0.0.1:8000",
      "--listen=8000",
      "site.wsgi:application",
      "{asgi}",
    ]);
    expect(asksDjango(["uvicorn", "{asgi}"])).toBe(true);
    expect(asksDjango(["uvicorn", "{port}"])).toBe(false);
  });
});

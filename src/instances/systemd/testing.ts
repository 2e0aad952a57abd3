import { serverLayout } from "../../hosts/server-layout.ts";
import { processType } from "../../release/testing.ts";
import type { RootFilesFacts } from "./root-files.ts";

/** Environments that between them have everything that makes a difference to root's files. */
export const samples: Readonly<Record<string, RootFilesFacts>> = {
  "node with a worker": {
    layout: serverLayout("cozywish", "production"),
    user: "cozy",
    app: { runtime: { engine: "node", version: "24", source: "cozy.config.ts" }, persist: [] },
    environment: {
      processes: {
        web: { ...processType(["node", "server.js", "{socket}"], 2), limits: memory(512) },
        worker: { ...processType(["node", "worker.js"], 1), stopSignal: "SIGINT", stopTimeoutMs: 90_500 },
      },
      database: { kind: "postgres", variable: "DATABASE_URL", connections: undefined, pool: undefined },
      media: undefined,
      backups: undefined,
    },
  },
  "python with all of its data here": {
    layout: serverLayout("cozywish-django", "staging"),
    user: "deployer",
    app: { runtime: { engine: "python", version: "3.12", source: "cozy.config.ts" }, persist: ["data"] },
    environment: {
      processes: {
        web: { ...processType(["gunicorn"], 1), limits: { memoryBytes: undefined, openFiles: 4_000 } },
        admin: { ...processType(["uvicorn"], 1), listen: "port" },
      },
      database: { kind: "sqlite", variable: "DATABASE_URL" },
      media: { kind: "disk", variable: "MEDIA_URL", url: "/media/" },
      backups: {
        store: { kind: "directory", path: "/srv/backups" },
        keepMs: 86_400_000,
        when: { kind: "calendar", patterns: ["0 3 * * *"], timeZone: "UTC" },
        weekly: undefined,
      },
    },
  },
};

function memory(megabytes: number) {
  return { memoryBytes: megabytes * 1024 * 1024, openFiles: undefined };
}

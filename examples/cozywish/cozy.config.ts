import { defineProject, disk, generated, node, sqlite, thisMachine } from "cozywish";

export default defineProject({
  name: "cozywish",

  app: node({
    // Fingerprints the static files. The code itself needs no build: Node runs TypeScript.
    build: { command: ["node", "src/build-static.ts"] },
    static: { folder: "dist/static", url: "/static/" },

    // A Node process uses one core, so two of them serve.
    processes: { web: { command: ["node", "src/server.ts"], count: 2, stopTimeout: "25s" } },
    migrate: ["node", "src/migrate.ts"],

    variables: {
      SESSION_SECRET: { secret: true },
      LOG_LEVEL: "info",
    },

    ready: { path: "/readyz", timeout: "30s" },
    smoke: [
      { path: "/", text: "CozyWish" },
      { path: "/venues" },
      { path: "/healthz", text: '"status":"ok"' },
    ],
  }),

  environments: {
    local: {
      target: thisMachine({ port: Number(process.env["COZYWISH_PORT"] ?? 8080) }),
      database: sqlite(),
      media: disk(),
      variables: { SESSION_SECRET: generated() },
    },
  },
});

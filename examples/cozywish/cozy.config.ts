import { defineProject, disk, generated, node, sqlite, thisMachine } from "cozywish";

export default defineProject({
  name: "cozywish",

  app: node({
    // Fingerprints the static files. The code itself needs no build: Node runs TypeScript.
    build: { command: ["node", "src/build-static.ts"] },
    static: { folder: "dist/static", url: "/static/" },

    processes: {
      // A Node process uses one core, so two of them serve.
      web: { command: ["node", "src/server.ts"], count: 2, stopTimeout: "25s" },
      // Sends the confirmations of bookings. Without a queue (`QUEUE_URL`) the web processes do that themselves, and it
      // only looks for what was left lying.
      worker: { command: ["node", "src/worker.ts"], ready: { output: "worker.ready" }, stopTimeout: "60s" },
    },
    migrate: ["node", "src/migrate.ts"],
    seed: ["node", "src/seed.ts"],
    // Holds that have run out block nobody; this only tidies up behind them.
    schedules: { cleanup: { every: "1h", run: ["node", "src/cleanup-holds.ts"] } },

    variables: {
      SESSION_SECRET: { secret: true },
      // Of the account that the checks below book with.
      CHECK_PASSWORD: { secret: true },
      LOG_LEVEL: "info",
      SENTRY_DSN: { required: false },
      OTEL_EXPORTER_OTLP_ENDPOINT: { required: false },
      CONFIRMATION_MS: { required: false },
    },

    ready: { path: "/readyz", timeout: "30s" },
    smoke: [
      { path: "/", text: "CozyWish" },
      { path: "/venues" },
      { path: "/healthz", text: '"status":"ok"' },
      // What only reads well is no working release: these write, and leave nothing but a session.
      { command: ["node", "src/check.ts"], within: "30s" },
      {
        path: "/sign-in",
        form: { email: "check@cozywish.example", password: { variable: "CHECK_PASSWORD" } },
        status: 303,
      },
    ],
  }),

  environments: {
    local: {
      target: thisMachine({ port: Number(process.env["COZYWISH_PORT"] ?? 8080) }),
      database: sqlite(),
      media: disk(),
      variables: { SESSION_SECRET: generated(), CHECK_PASSWORD: generated() },
    },
  },
});

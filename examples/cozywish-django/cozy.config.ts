import { defineProject, disk, django, generated, optional, secret, sqlite, thisMachine } from "cozywish";

export default defineProject({
  name: "cozywish-django",

  app: django({
    // The module that releases run with; `cozy dev` runs the one that manage.py names.
    settings: "project_root.settings.production",

    processes: {
      // gunicorn project_root.wsgi: one process that listens, and three that answer.
      web: { workers: 3, stopTimeout: "25s" },
      // Sends the confirmations of bookings. Without a queue (`QUEUE_URL`) the web processes do that themselves, and it
      // only looks for what was left lying.
      worker: {
        command: "celery -A project_root worker --loglevel info --concurrency 2",
        ready: { output: "ready." },
        stopTimeout: "60s",
      },
    },

    seed: ["python", "manage.py", "seed"],
    // Holds that have run out block nobody; this only tidies up behind them.
    schedules: { cleanup: { every: "1h", run: ["python", "manage.py", "cleanup_holds"] } },

    variables: {
      DJANGO_SECRET_KEY: secret(),
      // Of the account that the checks below book with.
      CHECK_PASSWORD: secret(),
      ALLOWED_HOSTS: "localhost,127.0.0.1",
      // On it hang the redirect to https, HSTS and cookies that only go over https.
      HTTPS_ONLY: "true",
      LOG_LEVEL: "INFO",
      LOG_FILE: optional(),
      CONFIRMATION_MS: optional(),
      SENTRY_DSN: optional(),
      OTEL_EXPORTER_OTLP_ENDPOINT: optional(),
    },

    ready: { path: "/readyz", timeout: "30s" },
    smoke: [
      { path: "/", text: "CozyWish" },
      { path: "/venues" },
      { path: "/healthz", text: '"status": "ok"' },
      // What only reads well is no working release: these write, and leave nothing but a session.
      { command: ["python", "manage.py", "check_booking"], within: "30s" },
      {
        path: "/sign-in",
        form: { email: "check@cozywish.example", password: { variable: "CHECK_PASSWORD" } },
        status: 303,
      },
    ],
  }),

  environments: {
    local: {
      target: thisMachine({ port: Number(process.env["COZYWISH_PORT"] ?? 8090) }),
      database: sqlite(),
      media: disk(),
      variables: {
        DJANGO_SECRET_KEY: generated(),
        CHECK_PASSWORD: generated(),
        // A release on one's own machine is served over plain http.
        HTTPS_ONLY: "false",
      },
    },
  },
});

/** What the demo does to an application: the same play with both. */
export interface Application {
  readonly folder: string;
  readonly name: string;
  readonly seed: readonly string[];
  /** A friendlier headline. */
  readonly better: Change;
  /** A health check that never passes. */
  readonly broken: Change;
  /** The page of a place fails for some of the visitors, and no check asks for it. */
  readonly subtle: Change;
  /** A migration that the new release likes, and that the one in force can't live with. */
  readonly breaking: Change;
}

/** A commit. */
export interface Change {
  readonly message: string;
  readonly edits: readonly Edit[];
}

/** A new file, or a text that takes another's place wherever it stands. */
export type Edit =
  | { readonly file: string; readonly text: string }
  | { readonly file: string; readonly from: string; readonly to: string };

/** What an environment asks of each release in the demo, and what it promises. */
export const verdicts: Change = {
  message: "Ask for verdicts, and promise something",
  edits: [
    {
      file: "cozy.config.ts",
      from: "import { ",
      to: "import { canary, ",
    },
    {
      file: "cozy.config.ts",
      from: "media: disk(),",
      to: `media: disk(),
      strategy: canary({ steps: [20, 50], bake: "5s" }),
      backups: { every: "1h" },
      rehearsal: {},
      promises: {
        recovery: { rto: "1m", rpo: "1h", notPromised: ["media"] },
        availability: { percent: 99, over: "1d" },
        latency: { p95: "500ms" },
      },`,
    },
  ],
};

/** A demo does not wait half a minute for what never gets ready. */
export const lessPatience: Change = {
  message: "Wait less for it",
  edits: [{ file: "cozy.config.ts", from: 'timeout: "30s"', to: 'timeout: "4s"' }],
};

export const applications: Readonly<Record<string, Application>> = {
  typescript: {
    folder: "cozywish",
    name: "CozyWish in TypeScript",
    seed: ["node", "src/seed.ts"],
    better: {
      message: "A warmer welcome",
      edits: [
        {
          file: "src/venues/home-page.ts",
          from: "An hour that is only yours",
          to: "A quiet hour, all of it yours",
        },
      ],
    },
    broken: {
      message: "Break the health check",
      edits: [
        {
          file: "src/health/checks.ts",
          from: "storage: ({ media }) => media.prove(),",
          to: 'storage: () => Promise.reject(new NotReady("the shelves are empty")),',
        },
      ],
    },
    subtle: {
      message: "Show a place in a cleverer way",
      edits: [
        {
          file: "src/venues/venue-routes.ts",
          from: 'const id = c.req.param("venue");',
          to: 'const id = c.req.param("venue");\n    if (Math.random() < 0.2) throw new Error("too clever");',
        },
      ],
    },
    breaking: {
      message: "Call it the end of a session",
      edits: [
        {
          file: "migrations/0006-end-of-sessions.ts",
          text: `import type { Kysely } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("sessions").renameColumn("expires_at", "ends_at").execute();
}
`,
        },
        { file: "src/accounts/database-sessions.ts", from: "expiresAt", to: "endsAt" },
      ],
    },
  },
  django: {
    folder: "cozywish-django",
    name: "CozyWish in Django",
    seed: ["python", "manage.py", "seed"],
    better: {
      message: "A warmer welcome",
      edits: [
        {
          file: "templates/venues/home.html",
          from: "An hour that is only yours",
          to: "A quiet hour, all of it yours",
        },
      ],
    },
    broken: {
      message: "Break the health check",
      edits: [
        {
          file: "health/views.py",
          from: 'NEEDED: dict[str, Callable[[], None]] = {"database": database, "storage": storage}',
          to: 'def colder() -> None:\n    raise NotReady("the cache is cold")\n\n\nNEEDED = {"database": database, "storage": storage, "cold": colder}',
        },
      ],
    },
    subtle: {
      message: "Show a place in a cleverer way",
      edits: [
        {
          file: "venues/views.py",
          from: "from django.http import",
          to: "import random\n\nfrom django.http import",
        },
        {
          file: "venues/views.py",
          from: 'everything = Venue.objects.prefetch_related("pictures", "services")',
          to: 'if random.random() < 0.2:\n        raise RuntimeError("too clever")\n    everything = Venue.objects.prefetch_related("pictures", "services")',
        },
      ],
    },
    breaking: {
      message: "Book for more than one guest",
      edits: [
        {
          file: "bookings/migrations/0003_guests.py",
          text: `from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bookings", "0002_holds_and_confirmations")]
    operations = [
        migrations.AddField("booking", "guests", models.PositiveSmallIntegerField(default=1)),
    ]
`,
        },
        {
          file: "bookings/models.py",
          from: "    cancelled_at = models.DateTimeField(null=True, blank=True)",
          to: "    cancelled_at = models.DateTimeField(null=True, blank=True)\n    guests = models.PositiveSmallIntegerField(default=1)",
        },
      ],
    },
  },
};

/** The application that `APP` names. */
export function applicationOf(name = "typescript"): Application {
  const application = applications[name];
  if (application) return application;
  throw new Error(`APP is "${name}"; there are ${Object.keys(applications).join(", ")}`);
}

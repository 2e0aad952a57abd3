/** What the demo does to an application: the same play with both. */
export interface Application {
  readonly folder: string;
  readonly name: string;
  readonly seed: readonly string[];
  /** A friendlier headline. */
  readonly better: Edit;
  /** A health check that never passes. */
  readonly broken: Edit;
}

export interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly message: string;
}

export const applications: Readonly<Record<string, Application>> = {
  typescript: {
    folder: "cozywish",
    name: "CozyWish in TypeScript",
    seed: ["node", "src/seed.ts"],
    better: {
      file: "src/venues/home-page.ts",
      from: "An hour that is only yours",
      to: "A quiet hour, all of it yours",
      message: "A warmer welcome",
    },
    broken: {
      file: "src/health/checks.ts",
      from: "storage: ({ media }) => media.prove(),",
      to: 'storage: () => Promise.reject(new NotReady("the shelves are empty")),',
      message: "Break the health check",
    },
  },
  django: {
    folder: "cozywish-django",
    name: "CozyWish in Django",
    seed: ["python", "manage.py", "seed"],
    better: {
      file: "templates/venues/home.html",
      from: "An hour that is only yours",
      to: "A quiet hour, all of it yours",
      message: "A warmer welcome",
    },
    broken: {
      file: "health/views.py",
      from: 'NEEDED: dict[str, Callable[[], None]] = {"database": database, "storage": storage}',
      to: 'def colder() -> None:\n    raise NotReady("the cache is cold")\n\n\nNEEDED = {"database": database, "storage": storage, "cold": colder}',
      message: "Break the health check",
    },
  },
};

/** The application that `APP` names. */
export function applicationOf(name = "typescript"): Application {
  const application = applications[name];
  if (application) return application;
  throw new Error(`APP is "${name}"; there are ${Object.keys(applications).join(", ")}`);
}

import { explanationOf, namesIn } from "../artifacts/missed-variables.ts";
import { CozyError } from "../errors/cozy-error.ts";
import type { App } from "../project/project.ts";
import { nearest } from "../shared/nearest.ts";
import { linesOf, textOf, type Refusal } from "./django-answer.ts";

export interface RefusalContext {
  readonly app: Pick<App, "django" | "static">;
  /** Names of variables that the application has when it runs, and the build has not. */
  readonly runTimeNames: readonly string[];
  /** Variables that had a value of no environment while Django was asked. */
  readonly standIns: readonly string[];
  /** The last lines that were printed. */
  readonly printed: readonly string[];
  /** The file that locks the packages. */
  readonly requirements: string;
}

const state = "No artifact was made, and nothing that serves was touched.";

/** What a user is told when Django was asked and something is wrong. Pure. */
export function refusal({ kind, fields }: Refusal, context: RefusalContext): CozyError {
  switch (kind) {
    case "django-missing":
      return djangoMissing(context);
    case "settings-missing":
      return settingsMissing(fields, context);
    case "settings-failed":
      return settingsFailed(textOf(fields["where"]) ?? "", fields, context);
    case "server-application-missing":
      return applicationMissing(
        textOf(fields["server"]) ?? "wsgi",
        textOf(fields["settings"]) ?? "",
        textOf(fields["named"]),
      );
    case "static-files-not-installed": {
      const url = textOf(fields["url"]) ?? "/static/";
      return new CozyError("static-files-not-installed", {
        message: `django.contrib.staticfiles is not among INSTALLED_APPS, so nothing can be collected, and the proxy would answer ${url} with nothing.`,
        state,
        next: "Set static: false in cozy.config.ts, and the application serves its own; or install django.contrib.staticfiles.",
      });
    }
    case "static-root-missing":
      return new CozyError("static-root-missing", {
        message: `The settings ${textOf(fields["settings"])} have no STATIC_ROOT, so there is no folder to collect static files into.`,
        state,
        next: 'Write STATIC_ROOT = BASE_DIR / "staticfiles" into the settings and the folder into .gitignore; where the application serves its own static files: static: false in cozy.config.ts.',
      });
    case "static-root-outside":
      return new CozyError("static-root-outside", {
        message: `STATIC_ROOT is ${textOf(fields["root"])}, which is not a folder within the application; an artifact holds only what is.`,
        state,
        next: 'Write STATIC_ROOT = BASE_DIR / "staticfiles" into the settings that releases run with.',
      });
    case "static-url-differs":
      return urlDiffers(textOf(fields["url"]) ?? "", context.app.static?.url ?? "");
    case "migration-missing":
      return migrationMissing(linesOf(fields["lines"]), linesOf(fields["without"]));
    case "migration-check-failed":
      return new CozyError("migration-check-failed", {
        message: "Django could not tell whether a migration is missing.",
        state,
        next: "python manage.py makemigrations --check --dry-run; where two branches each brought one: python manage.py makemigrations --merge",
        details: linesOf(fields["lines"]),
      });
    default:
      return new CozyError("collect-static-failed", {
        message: `\`manage.py collectstatic\` failed: ${sentence(linesOf(fields["error"])[0])}${explained(linesOf(fields["error"]), context)}`,
        state,
        next: "See it fail in the application's folder: python manage.py collectstatic --noinput --dry-run; a file that a stylesheet names must be there.",
        details: [...context.printed.slice(-10), ...linesOf(fields["lines"])],
      });
  }
}

/** The settings, or what they import, failed. */
function settingsFailed(where: string, fields: Refusal["fields"], context: RefusalContext): CozyError {
  const error = linesOf(fields["error"]);
  return new CozyError("django-settings-failed", {
    message: `Django could not be started with ${where}: ${sentence(error[0])}${explained(error, context)}`,
    state,
    next: asInACheckout,
    details: [...context.printed.slice(-10), ...linesOf(fields["lines"])],
  });
}

/** The process ended before it answered. */
export function noAnswer(how: string, context: RefusalContext): CozyError {
  return new CozyError("django-settings-failed", {
    message: `Django was asked about the application, and there was no answer: ${how}.${explained([], context)}`,
    state,
    next: asInACheckout,
    details: context.printed.slice(-20),
  });
}

const asInACheckout =
  "Correct it until `python manage.py check` succeeds in a clean checkout without the variables of an environment, commit that, and deploy again.";

function sentence(text = "it says nothing"): string {
  return `${text.replace(/[.:]$/, "")}.`;
}

/** What servers are started with is not there. */
export function applicationMissing(server: string, settings: string, named: string | undefined): CozyError {
  const setting = `${server.toUpperCase()}_APPLICATION`;
  const why =
    named === undefined
      ? `${setting} is not set, and there is no module \`${server}\` beside the settings ${settings}`
      : `${setting} of ${settings} names ${named}, and there is no such module`;
  return new CozyError("wsgi-missing", {
    message: `A process is started with {${server}}, and the application has none: ${why}.`,
    state,
    next:
      named === undefined
        ? `Commit the file ${server}.py that \`django-admin startproject\` writes, and set ${setting} to its \`application\`; or give the process a command of its own in cozy.config.ts.`
        : `Correct ${setting} in the settings, or commit the module that it names.`,
  });
}

function djangoMissing({ requirements }: RefusalContext): CozyError {
  return new CozyError("django-missing", {
    message: `The packages of ${requirements} hold no Django.`,
    state,
    next: `Add Django to what ${requirements} is made from, make it anew, and commit it; another file is named by \`requirements\` in cozy.config.ts.`,
  });
}

function settingsMissing(fields: Refusal["fields"], { app }: RefusalContext): CozyError {
  const module = textOf(fields["module"]);
  const manage = textOf(fields["manage"]);
  const others = linesOf(fields["others"]);
  const near = module === undefined ? [] : nearest(module, others);
  const there =
    others.length === 0 ? "The application has no module of that kind" : `There are ${others.join(", ")}`;
  const byManage = manage === undefined || manage === module ? "" : ` manage.py names ${manage}.`;
  const source = app.django?.settings === undefined ? "manage.py" : "`settings` of cozy.config.ts";
  const suggestion = near[0] ?? (manage !== module ? manage : undefined) ?? others[0];
  return new CozyError("settings-module-missing", {
    message:
      module === undefined
        ? `Neither manage.py nor \`settings\` of cozy.config.ts names a settings module. ${there}.`
        : `There is no settings module ${module}, which ${source} names.${byManage} ${there}.`,
    state,
    next:
      suggestion === undefined
        ? 'Write settings: "<package>.settings" into django({ … }) of cozy.config.ts, and commit the module.'
        : `Write settings: ${JSON.stringify(suggestion)} into django({ … }) of cozy.config.ts.`,
  });
}

function urlDiffers(url: string, expected: string): CozyError {
  return new CozyError("static-url-differs", {
    message: `STATIC_URL of the settings is ${url}, and static files are to be served at ${expected}: pages would ask for files that nobody serves.`,
    state,
    next: `Write static: { url: ${JSON.stringify(url)} } into django({ … }) of cozy.config.ts, or have the settings read STATIC_URL from the environment.`,
  });
}

function migrationMissing(lines: readonly string[], without: readonly string[]): CozyError {
  const apps = without.length === 0 ? "" : ` ${without.join(" ")}`;
  return new CozyError("migration-missing", {
    message: "A model has changed, and there is no migration for it: the new code would meet the old tables.",
    state,
    next: `python manage.py makemigrations${apps} && git add --all && git commit (not to be checked: checkMigrations: false in cozy.config.ts)`,
    details: lines,
  });
}

function explained(lines: readonly string[], { runTimeNames, standIns, printed }: RefusalContext): string {
  const names = [...lines, ...printed.slice(-4)].flatMap((line) => namesIn(line, runTimeNames));
  const missed = [...new Set(names)];
  const stoodFor = missed.filter((name) => standIns.includes(name));
  const note =
    stoodFor.length === 0
      ? ""
      : ` While Django is asked at build, ${stoodFor.join(", ")} ${stoodFor.length === 1 ? "has a stand-in" : "have stand-ins"}: the default that is declared, or a text or address that leads nowhere.`;
  return explanationOf(missed.filter((name) => !standIns.includes(name))) + note;
}

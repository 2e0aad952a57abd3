import { type Files, type Source, firstThere, hasFolder } from "../files.ts";
import type { CommandText, Findings, Found, FoundProcess } from "../findings.ts";
import { type ProcfileLine, commandText, readProcfile } from "../procfile.ts";
import { findListening } from "./find-listening.ts";
import type { Framework } from "./frameworks.ts";
import type { Package } from "./package-file.ts";
import { plainScript, startScript } from "./start-scripts.ts";

type Commands = Pick<Findings, "build" | "processes" | "migrate"> & { readonly missing: readonly string[] };

interface Application {
  readonly files: Files;
  readonly pkg: Package;
  readonly sources: readonly Source[];
  readonly framework: Framework | undefined;
}

const migrateScripts = [
  "migrate",
  "db:migrate",
  "migrate:deploy",
  "migrations:run",
  "migration:run",
  "db:deploy",
];
const entries = [
  "server.js",
  "server.ts",
  "src/server.ts",
  "src/server.js",
  "index.js",
  "src/index.ts",
  "app.js",
  "bin/www",
];

/** What builds, starts and migrates the application: the Procfile before the scripts, the scripts before what packages are used. */
export function findCommands(app: Application): Commands {
  const { files, pkg } = app;
  const procfile = readProcfile(files.read("Procfile"));
  const release = procfile.find(({ type }) => type === "release");
  const lines = procfile.filter(({ type }) => type !== "release");
  const written = lines.find(({ type }) => type === "web");
  const web = written ? webOfProcfile(written, app) : findWeb(app);
  const others = lines.filter((line) => line !== written).map(otherProcess);
  const migrate = release ? { value: commandText(release.command), where: "Procfile" } : findMigrate(pkg);
  return {
    build: findBuild(app),
    processes: [web, ...others],
    migrate,
    missing: [
      ...web.missing,
      ...(migrate || !hasFolder(files, "migrations")
        ? []
        : ["What runs the migrations of `migrations/`: no script of package.json is called `migrate`."]),
    ],
  };
}

type Web = FoundProcess & { readonly missing: readonly string[] };

/** What the platform sets in a Procfile is put in by cozy under a name of its own. */
function webOfProcfile({ command }: ProcfileLine, app: Application): Web {
  const port = command.replace(/\$\{PORT\}|\$PORT\b/g, "{port}");
  const [, script] = /^(?:npm|pnpm|yarn)(?: run)? ([\w:.-]+)$/.exec(command) ?? [];
  if (script !== undefined && app.pkg.scripts[script] !== undefined) {
    const found = startScript(app.pkg)?.name === script ? startScript(app.pkg) : plainScript(app.pkg, script);
    return listens("web", found?.command ?? command, `Procfile, ${scriptOf(script, found?.without)}`, app);
  }
  if (port === command) return listens("web", commandText(command), "Procfile", app);
  return {
    type: "web",
    command: commandText(port),
    where: "Procfile",
    listen: { value: "port", where: "$PORT in Procfile" },
    missing: [],
  };
}

function otherProcess({ type, command }: ProcfileLine): FoundProcess {
  return { type, command: commandText(command), where: "Procfile" };
}

function findWeb(app: Application): Web {
  const { files, pkg, framework } = app;
  const start = startScript(pkg);
  if (framework && (start === undefined || meansFramework(framework, start.command)))
    return listens("web", framework.web, `${framework.name} in package.json`, app);
  if (start) return listens("web", start.command, scriptOf(start.name, start.without), app);
  const entry = firstThere(files, [...(pkg.main === undefined ? [] : [pkg.main]), ...entries]);
  if (entry !== undefined)
    return listens("web", `node ${entry}`, entry === pkg.main ? "main of package.json" : entry, app);
  const development = pkg.scripts["start"] ?? pkg.scripts["dev"];
  const why =
    development === undefined
      ? "there is no Procfile, no `start` script and no server.js"
      : `\`${development}\` starts a server for developers`;
  const guess = pkg.uses("vite") ? "vite preview --port {port} --host 127.0.0.1" : "node server.js";
  return {
    type: "web",
    command: guess,
    where: "a guess",
    listen: guess.includes("{port}") ? { value: "port", where: "vite takes only a number" } : undefined,
    missing: [`What starts the application: ${why}. \`web\` is a guess.`],
  };
}

function scriptOf(name: string, without = ""): string {
  return `scripts.${name} of package.json${without === "" ? "" : ` without ${without}`}`;
}

function meansFramework(framework: Framework, command: CommandText): boolean {
  return typeof command === "string" && framework.means.test(command);
}

function listens(type: string, command: CommandText, where: string, app: Application): Web {
  const { framework } = app;
  if (framework && (command === framework.web || meansFramework(framework, command))) {
    const listen =
      framework.listen === "port"
        ? ({ value: "port", where: `${framework.name} takes only a number` } as const)
        : undefined;
    return {
      type,
      command,
      where,
      listen,
      missing: framework.missing === undefined ? [] : [framework.missing],
    };
  }
  return { type, command, where, ...findListening(app.sources) };
}

function findBuild({ pkg, framework }: Application): Found<CommandText> | undefined {
  if (pkg.scripts["build"] === undefined) return undefined;
  return framework?.build ?? { value: "npm run build", where: "scripts.build of package.json" };
}

function findMigrate(pkg: Package): Found<CommandText> | undefined {
  const script = migrateScripts.find((name) => pkg.scripts[name] !== undefined);
  if (script !== undefined) {
    const { command, without } = plainScript(pkg, script);
    return { value: command, where: scriptOf(script, without) };
  }
  if (pkg.uses("prisma")) return { value: "prisma migrate deploy", where: "prisma in package.json" };
  return pkg.uses("knex") ? { value: "knex migrate:latest", where: "knex in package.json" } : undefined;
}

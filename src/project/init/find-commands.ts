import { splitCommand } from "../command-words.ts";
import { type Files, hasFolder } from "./files.ts";
import type { CommandText, Findings, Found } from "./findings.ts";
import type { Package } from "./package-json.ts";

type Commands = Pick<Findings, "build" | "processes" | "migrate"> & { readonly missing: readonly string[] };

const migrateScripts = [
  "migrate",
  "db:migrate",
  "migrate:deploy",
  "migrations:run",
  "migration:run",
  "db:deploy",
];

/** What builds, starts and migrates the application: the Procfile before the scripts, the scripts before what packages are used. */
export function findCommands(files: Files, pkg: Package): Commands {
  const procfile = readProcfile(files.read("Procfile"));
  const processes = procfile.filter(({ type }) => type !== "release");
  const web = processes.some(({ type }) => type === "web") ? undefined : findWeb(files, pkg);
  const release = procfile.find(({ type }) => type === "release");
  const migrate = release ?? findMigrate(pkg);
  const build =
    pkg.scripts["build"] === undefined
      ? undefined
      : { value: `${pkg.run} build`, where: "scripts.build of package.json" };
  const missing = [
    ...(web?.missing ?? []),
    ...(migrate || !hasFolder(files, "migrations")
      ? []
      : ["What runs the migrations of `migrations/`: no script of package.json is called `migrate`."]),
  ];
  return { build, processes: [...(web ? [web] : []), ...processes], migrate, missing };
}

function readProcfile(text = ""): (Found<CommandText> & { readonly type: string })[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [, type, command] = /^([A-Za-z][\w-]*):\s*(\S.*?)\s*$/.exec(line) ?? [];
    if (type === undefined || command === undefined) return [];
    return [
      { type: type.toLowerCase().replaceAll("_", "-"), value: commandText(command), where: "Procfile" },
    ];
  });
}

function findWeb(
  files: Files,
  pkg: Package,
): Found<CommandText> & { readonly type: "web"; readonly missing?: readonly string[] } {
  const start = pkg.scripts["start"];
  if (start !== undefined)
    return { type: "web", value: scriptCommand(pkg, "start", start), where: "scripts.start of package.json" };
  const entry = [
    pkg.main,
    "server.js",
    "server.ts",
    "src/server.ts",
    "src/server.js",
    "index.js",
    "src/index.ts",
    "app.js",
  ].find((path) => path !== undefined && files.read(path) !== undefined);
  if (entry !== undefined)
    return {
      type: "web",
      value: `node ${entry}`,
      where: entry === pkg.main ? "main of package.json" : entry,
    };
  return {
    type: "web",
    value: "node server.js",
    where: "a guess",
    missing: [
      "What starts the application: there is no Procfile, no `start` script and no server.js. `web` is a guess.",
    ],
  };
}

function findMigrate(pkg: Package): Found<CommandText> | undefined {
  const script = migrateScripts.find((name) => pkg.scripts[name] !== undefined);
  if (script !== undefined) {
    return {
      value: scriptCommand(pkg, script, pkg.scripts[script] ?? ""),
      where: `scripts.${script} of package.json`,
    };
  }
  if (pkg.uses("prisma")) return { value: "prisma migrate deploy", where: "prisma in package.json" };
  return pkg.uses("knex") ? { value: "knex migrate:latest", where: "knex in package.json" } : undefined;
}

/** The script's own command where no shell is needed: npm in between takes its time and keeps signals from the application. */
function scriptCommand(pkg: Package, name: string, script: string): string {
  const direct = splitCommand(script);
  const plain = direct.ok && !isAssignment(script) && !/^(npm|pnpm|yarn)$/.test(direct.words[0] ?? "");
  return plain ? script : `${pkg.run} ${name}`;
}

/** A Procfile is written for a shell: where its command needs none, none is used. */
function commandText(command: string): CommandText {
  if (splitCommand(command).ok) return isAssignment(command) ? `env ${command}` : command;
  // Without `exec` the shell would stand between cozy's signals and the application; with several commands it has to.
  const single = !/[;&|\n]/.test(command) && !isAssignment(command);
  return ["sh", "-c", single ? `exec ${command}` : command];
}

function isAssignment(command: string): boolean {
  return /^[A-Za-z_]\w*=/.test(command);
}

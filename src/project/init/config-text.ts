import { type Block, block, command, indented, key, line, quoted } from "./config-lines.ts";
import type { Findings, FoundProcess, FoundReady, FoundVariable } from "./findings.ts";

/** The project file for what was found, with where it was found beside each value. */
export function configText(found: Findings, name: "cozy.config.ts" | "cozy.config.mjs"): string {
  const body = [
    line("name", quoted(found.name.value), found.name.where),
    ...block("app", appLines(found), [`${found.stack}({`, "})"]),
    ...block("environments", block("local", environmentLines(found))),
  ];
  return [
    ...(name === "cozy.config.mjs" ? ["// @ts-check"] : []),
    `import { ${imports(found).join(", ")} } from "cozywish";`,
    "",
    "// Written by `cozy init`; a comment says where a value was found. `cozy check` tells what is wrong with a change.",
    ...(name === "cozy.config.mjs"
      ? ["// It is no TypeScript, because tsconfig.json would compile it along with the application."]
      : []),
    "export default defineProject({",
    ...indented(body),
    "});",
    "",
  ].join("\n");
}

function appLines(found: Findings): string[] {
  const declared = found.variables.filter((one) => one.declaration !== undefined);
  return [
    ...(found.runtime ? [line("runtime", quoted(found.runtime.value), found.runtime.where)] : []),
    ...found.notes.map(({ comment }) => `// ${comment}`),
    ...(found.settings ? [line("settings", quoted(found.settings.value), found.settings.where)] : []),
    ...(found.requirements
      ? [line("requirements", quoted(found.requirements.value), found.requirements.where)]
      : []),
    ...buildLines(found),
    ...block("processes", found.processes.flatMap(processLines)),
    ...(found.migrate
      ? [line("migrate", found.migrate.value && command(found.migrate.value), found.migrate.where)]
      : []),
    ...(found.static ? [line("static", fields({ ...found.static.value }), found.static.where)] : []),
    ...(declared.length > 0
      ? block(
          "variables",
          declared.map((one) => line(key(one.name), declaration(one), one.where)),
        )
      : []),
    ...(found.persist.length > 0
      ? block(
          "persist",
          found.persist.map(({ value, where }) => `${quoted(value)}, // ${where}`),
          ["[", "]"],
        )
      : []),
    ...(found.afterBuild
      ? [line("hooks", `{ afterBuild: ${command(found.afterBuild.value)} }`, found.afterBuild.where)]
      : []),
    ...(found.ready ? [line("ready", readyText(found.ready), found.ready.where)] : []),
    ...(found.smoke.length > 0
      ? [
          line(
            "smoke",
            `[${found.smoke.map((path) => smokeText(path, found.ready)).join(", ")}]`,
            smokeComment,
          ),
        ]
      : []),
  ];
}

function buildLines({ build, buildVariables }: Findings): Block {
  const variables = Object.keys(buildVariables).length === 0 ? "" : `variables: ${fields(buildVariables)}`;
  const inside = [
    ...(build ? [`command: ${command(build.value)}`] : []),
    ...(variables === "" ? [] : [variables]),
  ];
  if (inside.length === 0) return [];
  return [
    line("build", `{ ${inside.join(", ")} }`, build?.where ?? "variables that are built into the pages"),
  ];
}

const smokeComment = "pages that must answer before a release takes traffic";

function environmentLines(found: Findings): Block {
  const given = found.variables.flatMap((one) =>
    one.given
      ? [
          one.declaration === undefined
            ? line(key(one.name), source(one), one.where)
            : `${key(one.name)}: ${source(one)},`,
        ]
      : [],
  );
  const variable = found.sqlite?.value.variable;
  return [
    "target: thisMachine({ port: 8080 }),",
    ...(found.sqlite
      ? [
          line(
            "database",
            `sqlite(${variable === undefined ? "" : fields({ variable })})`,
            found.sqlite.where,
          ),
        ]
      : []),
    ...(found.media ? [line("media", "disk()", found.media.where)] : []),
    ...(given.length > 0 ? block("variables", given) : []),
  ];
}

function imports(found: Findings): string[] {
  const kinds = new Set(found.variables.map((one) => one.declaration));
  const sources = new Set(found.variables.map((one) => one.given?.from));
  const names = [
    "defineProject",
    found.media && "disk",
    found.stack === "django" && "django",
    sources.has("dotenv") && "dotenv",
    sources.has("generated") && "generated",
    found.stack === "node" && "node",
    kinds.has("optional") && "optional",
    kinds.has("required") && "required",
    (kinds.has("secret") || kinds.has("optional-secret")) && "secret",
    found.sqlite && "sqlite",
    "thisMachine",
  ];
  return names.filter((name): name is string => typeof name === "string");
}

/** A command alone where nothing else is said of the type. */
function processLines(process: FoundProcess): string[] {
  const { type, command: written, where, listen, server, workers, singleton } = process;
  const rest = {
    ...(listen ? { listen: listen.value } : {}),
    ...(server ? { server } : {}),
    ...(workers === undefined ? {} : { workers }),
    ...(singleton === undefined ? {} : { singleton }),
  };
  if (written !== undefined && Object.keys(rest).length === 0)
    return [line(key(type), command(written), where)];
  const comment = listen ? `${where}; ${listen.where}` : where;
  const inside = [
    ...(written === undefined ? [] : [`command: ${command(written)}`]),
    ...Object.entries(rest).map(
      ([name, value]) => `${name}: ${typeof value === "string" ? quoted(value) : String(value)}`,
    ),
  ];
  return [line(key(type), inside.length === 0 ? "{}" : `{ ${inside.join(", ")} }`, comment)];
}

function fields(values: Readonly<Record<string, string | undefined>>): string {
  const inside = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${quoted(value)}`],
  );
  return `{ ${inside.join(", ")} }`;
}

function readyText({ path, host }: FoundReady): string {
  const inside = [
    ...(path === undefined ? [] : [`path: ${quoted(path)}`]),
    ...(host === undefined ? [] : [`headers: { host: ${quoted(host)} }`]),
  ];
  return `{ ${inside.join(", ")} }`;
}

function smokeText(path: string, ready: FoundReady | undefined): string {
  return ready?.host === undefined
    ? quoted(path)
    : `{ path: ${quoted(path)}, headers: { host: ${quoted(ready.host)} } }`;
}

function declaration({ declaration }: FoundVariable): string {
  return declaration === "optional-secret" ? "secret({ required: false })" : `${declaration ?? "required"}()`;
}

function source({ given }: FoundVariable): string {
  if (given?.from === "literal") return quoted(given.value);
  return given?.from === "generated" ? "generated()" : 'dotenv(".env")';
}

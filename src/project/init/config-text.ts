import type { CommandText, Findings, FoundVariable } from "./findings.ts";

/** The project file for what was found, with where it was found beside each value. */
export function configText(found: Findings): string {
  const declared = found.variables.filter((one) => one.declaration !== undefined);
  const app = [
    ...(found.runtime ? [line("runtime", quoted(found.runtime.value), found.runtime.where)] : []),
    ...(found.runtimeFrom === undefined ? [] : [`// The version of Node is ${found.runtimeFrom}.`]),
    ...(found.build ? [line("build", `{ command: ${command(found.build.value)} }`, found.build.where)] : []),
    ...block(
      "processes",
      found.processes.map(({ type, value, where }) => line(key(type), command(value), where)),
    ),
    ...(found.migrate ? [line("migrate", command(found.migrate.value), found.migrate.where)] : []),
    ...(found.static
      ? [
          line(
            "static",
            `{ folder: ${quoted(found.static.value.folder)}, url: ${quoted(found.static.value.url)} }`,
            found.static.where,
          ),
        ]
      : []),
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
          "[",
          "]",
        )
      : []),
    ...(found.readyPath
      ? [line("ready", `{ path: ${quoted(found.readyPath.value)} }`, found.readyPath.where)]
      : []),
    `smoke: ["/"], // pages that must answer before a release takes traffic`,
  ];
  const given = found.variables.flatMap((one) => (one.given ? [`${key(one.name)}: ${source(one)},`] : []));
  const local = [
    "target: thisMachine({ port: 8080 }),",
    ...(found.sqlite ? [line("database", "sqlite()", found.sqlite.where)] : []),
    ...(found.media ? [line("media", "disk()", found.media.where)] : []),
    ...(given.length > 0 ? block("variables", given) : []),
  ];
  const body = [
    line("name", quoted(found.name.value), found.name.where),
    ...block("app", app, "node({", "})"),
    ...block("environments", block("local", local)),
  ];
  return [
    `import { ${imports(found).join(", ")} } from "cozywish";`,
    "",
    "// Written by `cozy init`; a comment says where a value was found. `cozy check` tells what is wrong with a change.",
    "export default defineProject({",
    ...indented(body),
    "});",
    "",
  ].join("\n");
}

function imports(found: Findings): string[] {
  const kinds = new Set(found.variables.map((one) => one.declaration));
  const sources = new Set(found.variables.map((one) => one.given?.from));
  return [
    "defineProject",
    ...(found.media ? ["disk"] : []),
    ...(sources.has("dotenv") ? ["dotenv"] : []),
    ...(sources.has("generated") ? ["generated"] : []),
    "node",
    ...(kinds.has("optional") ? ["optional"] : []),
    ...(kinds.has("required") ? ["required"] : []),
    ...(kinds.has("secret") || kinds.has("optional-secret") ? ["secret"] : []),
    ...(found.sqlite ? ["sqlite"] : []),
    "thisMachine",
  ];
}

function declaration({ declaration }: FoundVariable): string {
  return declaration === "optional-secret" ? "secret({ required: false })" : `${declaration ?? "required"}()`;
}

function source({ given }: FoundVariable): string {
  if (given?.from === "literal") return quoted(given.value);
  return given?.from === "generated" ? "generated()" : 'dotenv(".env")';
}

function line(name: string, value: string, where: string): string {
  return `${name}: ${value}, // ${where}`;
}

function block(name: string, lines: readonly string[], open = "{", close = "}"): string[] {
  return [`${name}: ${open}`, ...indented(lines), `${close},`];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((one) => `  ${one}`);
}

function command(value: CommandText): string {
  return typeof value === "string" ? quoted(value) : `[${value.map(quoted).join(", ")}]`;
}

function key(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : quoted(name);
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

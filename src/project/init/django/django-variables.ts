import { looksSecret } from "../../../secrets/secret.ts";
import { type ExampleFile, exampleVariables, isBrought, isDrawable } from "../example-file.ts";
import type { Source } from "../files.ts";
import type { FoundVariable } from "../findings.ts";
import { type ReadVariable, readVariables } from "./read-variables.ts";

/** What the machine, Python or cozy has set already. */
const others =
  /^(DJANGO_SETTINGS_MODULE|PATH|HOME|USER|LANG|TZ|CI|DYNO|PYTHON\w*|VIRTUAL_ENV|WEB_CONCURRENCY|TMPDIR|HTTPS?_PROXY)$/;

/** As many as a reader takes in; what has a default need not be declared. */
const mostOptional = 20;

/** The variables that Django's settings read, with values for the ones that have to be there on this machine. */
export function djangoVariables(
  settings: readonly Source[],
  python: readonly Source[],
  example: ExampleFile | undefined,
): {
  readonly variables: readonly FoundVariable[];
  readonly read: readonly ReadVariable[];
  readonly missing: readonly string[];
} {
  const read = readVariables(settings).filter(({ name }) => !others.test(name));
  const declared = read.filter(({ name }) => !isBrought(name)).map((one) => variableOf(one, example));
  // An example may be for a container's own tools: what no source names is not the application's.
  const elsewhere = readVariables(python);
  const shown = exampleVariables(example)
    .filter(
      ({ name }) =>
        !others.test(name) &&
        !read.some((one) => one.name === name) &&
        python.some(({ text }) => text.includes(name)),
    )
    .map((one) => unlessRequired(one, elsewhere));
  const all = [...declared, ...shown];
  const needed = all.filter(({ declaration, given }) => given !== undefined || declaration === "required");
  const optional = all.filter((one) => !needed.includes(one));
  const kept = optional.slice(0, mostOptional);
  const left = optional.slice(mostOptional).map(({ name }) => name);
  return {
    read,
    variables: [...needed, ...kept],
    missing: [
      ...(all.length === 0
        ? [
            "The variables that the application reads: its settings read none, and there is no .env.example, so they are not checked.",
          ]
        : []),
      ...(left.length > 0
        ? [
            `${String(left.length)} more variables that can be left out are not declared (${left.slice(0, 4).join(", ")}, …): declare those that you want to set as \`optional()\`.`,
          ]
        : []),
      ...valuesSentence(needed),
    ],
  };
}

/** An example lists what can be set; whether it has to be is for the source to say. */
function unlessRequired(shown: FoundVariable, read: readonly ReadVariable[]): FoundVariable {
  if (read.some(({ name, required }) => name === shown.name && required)) return shown;
  return {
    ...shown,
    declaration: looksSecret(shown.name) ? "optional-secret" : "optional",
    given: undefined,
  };
}

function valuesSentence(needed: readonly FoundVariable[]): string[] {
  const names = needed.filter(({ given }) => given?.from === "dotenv").map(({ name }) => name);
  if (names.length === 0) return [];
  return [
    `Values of ${names.join(", ")}: they are read from .env, which git has to ignore. Write a line NAME=value for each.`,
  ];
}

function variableOf(read: ReadVariable, example: ExampleFile | undefined): FoundVariable {
  const { name, where } = read;
  if (read.setting === "SECRET_KEY" || isDrawable(name))
    return { name, where, declaration: "secret", given: { from: "generated" } };
  const line = example?.lines.find((one) => one.name === name);
  const required = read.required && line?.commentedOut !== true;
  const local = localValue(read);
  if (local !== undefined)
    return {
      name,
      where,
      declaration: required ? "required" : "optional",
      given: { from: "literal", value: local },
    };
  const secret = looksSecret(name);
  if (!required)
    return { name, where, declaration: secret ? "optional-secret" : "optional", given: undefined };
  const shown = line?.value ?? "";
  if (secret || shown === "")
    return { name, where, declaration: secret ? "secret" : "required", given: { from: "dotenv" } };
  return { name, where, declaration: "required", given: { from: "literal", value: shown } };
}

/** Values without which the site is not to be seen on this machine, or shows what only a developer may see. */
function localValue({ name, setting, line }: ReadVariable): string | undefined {
  const is = (pattern: RegExp): boolean =>
    pattern.test(name) || (setting !== undefined && pattern.test(setting));
  if (is(/^(?:\w+_)?ALLOWED_HOSTS?$/)) return list(["localhost", "127.0.0.1"], line);
  if (is(/^(?:\w+_)?CSRF_TRUSTED_ORIGINS$/)) return list(["http://localhost:8080"], line);
  if (/^(?:DJANGO_)?DEBUG$/.test(name) && !/\bbool\(\s*(?:os\.)?(?:environ|getenv)/.test(line))
    return off(line);
  return is(/^(?:\w+_)?SECURE_SSL_REDIRECT$/) ? off(line) : undefined;
}

/** As the line that reads it takes it. */
function off(line: string): string {
  if (/\bint\(/.test(line)) return "0";
  return /["'](?:true|false)["']/.test(line) ? "false" : "False";
}

function list(values: readonly string[], line: string): string {
  if (/json\.loads|env\.json/.test(line)) return JSON.stringify(values);
  return values.join(/\.split\(\s*(?:["'] ["'])?\s*\)/.test(line) ? " " : ",");
}

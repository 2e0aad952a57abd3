import { looksSecret } from "../../secrets/secret.ts";
import type { Files } from "./files.ts";
import type { FoundVariable } from "./findings.ts";

/** What cozy brings by itself: nothing of it is declared. */
const brought = /^(PORT|HOST|HOSTNAME|NODE_ENV|DATABASE_URL|MEDIA_URL|STATIC_URL|COZY_.*)$/;

/** Keys that nobody needs to know, so that they can be drawn at random. */
const drawable =
  /^(?:(?:SESSION|COOKIE|JWT|CSRF|APP|AUTH|NEXTAUTH|BETTER_AUTH|ENCRYPTION)_(?:SECRET|KEY|SALT)(?:_KEY)?|(?:DJANGO_)?SECRET_KEY|SECRET)$/;

const exampleNames = [".env.example", ".env.sample", ".env.template", "env.example", ".env.dist"];

/** One line of an example file: `NAME=value`, or `#NAME=value` for what can be left out. */
export interface ExampleLine {
  readonly name: string;
  readonly value: string;
  readonly commentedOut: boolean;
}

/** The file that shows the application's variables, if there is one. */
export interface ExampleFile {
  readonly name: string;
  readonly lines: readonly ExampleLine[];
}

export function exampleFile(files: Files): ExampleFile | undefined {
  for (const name of exampleNames) {
    const text = files.read(name);
    if (text !== undefined) return { name, lines: exampleLines(text) };
  }
  return undefined;
}

export function isBrought(name: string): boolean {
  return brought.test(name);
}

/** Whether a value can be drawn at random, because only the application itself has to know it. */
export function isDrawable(name: string): boolean {
  return drawable.test(name);
}

/** The variables that the application reads, by the file that shows them. */
export function exampleVariables(example: ExampleFile | undefined): readonly FoundVariable[] {
  return (example?.lines ?? [])
    .filter(({ name }) => !brought.test(name))
    .map((line) => foundVariable(line, example?.name ?? ""));
}

function foundVariable({ name, value, commentedOut }: ExampleLine, where: string): FoundVariable {
  if (isDrawable(name)) return { name, where, declaration: "secret", given: { from: "generated" } };
  const secret = looksSecret(name);
  if (commentedOut)
    return { name, where, declaration: secret ? "optional-secret" : "optional", given: undefined };
  if (secret) return { name, where, declaration: "secret", given: { from: "dotenv" } };
  const given = value === "" ? ({ from: "dotenv" } as const) : ({ from: "literal", value } as const);
  return { name, where, declaration: "required", given };
}

function exampleLines(text: string): ExampleLine[] {
  const lines = text.split(/\r?\n/).flatMap((line): ExampleLine[] => {
    const [, comment, name, rest] = /^(#\s?)?\s*(?:export\s+)?([A-Z_][A-Z0-9_]*)=(.*)$/.exec(line) ?? [];
    if (name === undefined) return [];
    return [{ name, value: unquoted(rest ?? ""), commentedOut: comment !== undefined }];
  });
  const firsts = new Map<string, ExampleLine>();
  for (const line of lines) if (!firsts.has(line.name)) firsts.set(line.name, line);
  return [...firsts.values()];
}

function unquoted(text: string): string {
  const [, , inside] = /^\s*(["'`])(.*?)\1/.exec(text) ?? [];
  return inside ?? text.replace(/(^|\s)#.*$/, "").trim();
}

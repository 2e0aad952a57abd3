import type { CommandText } from "./findings.ts";

/** Lines of a project file, not yet indented. */
export type Block = readonly string[];

/** `name: value, // where` */
export function line(name: string, value: string | false, where: string): string {
  return `${name}: ${String(value)}, // ${where}`;
}

/** Lines within brackets that stand behind a name. */
export function block(
  name: string,
  lines: Block,
  [open, close]: readonly [string, string] = ["{", "}"],
): string[] {
  return [`${name}: ${open}`, ...indented(lines), `${close},`];
}

export function indented(lines: Block): string[] {
  return lines.map((one) => `  ${one}`);
}

export function command(value: CommandText): string {
  return typeof value === "string" ? quoted(value) : `[${value.map(quoted).join(", ")}]`;
}

export function key(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : quoted(name);
}

export function quoted(text: string): string {
  return JSON.stringify(text);
}

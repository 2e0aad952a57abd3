import { secretName } from "./encrypted-file.ts";
import { valueFault } from "./secret-value.ts";

/** What a text for an editor came to: the values by name, or all that is wrong with it. */
export type Edited =
  | { readonly ok: true; readonly values: ReadonlyMap<string, string> }
  | { readonly ok: false; readonly faults: readonly string[] };

/**
 * Values as they are edited: `NAME=value` lines in which the value is taken as it stands, so that nothing has to be quoted; and
 * `NAME=<<END` for values of several lines. Pure.
 */
export function editText(environment: string, values: ReadonlyMap<string, string>): string {
  return [
    `# Secrets of ${environment}: NAME=value, where the value goes to the end of its line as it stands, quotes included.`,
    "# For a value of several lines: NAME=<<END, its lines, and END. A name that is taken out is removed.",
    ...[...values].map(([name, value]) => `${name}=${written(value)}`),
    "",
  ].join("\n");
}

/** Reads such a text back; names with their faults, never with their values. Pure. */
export function parseEdited(text: string): Edited {
  const lines = text.split("\n");
  const values = new Map<string, string>();
  const faults: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (line.trim() === "" || line.startsWith("#")) continue;
    const place = `line ${at + 1}`;
    const equals = line.indexOf("=");
    const name = line.slice(0, Math.max(equals, 0));
    let value = line.slice(equals + 1);
    const end = /^<<(\w+)$/.exec(value)?.[1];
    if (end !== undefined) {
      const last = lines.indexOf(end, at + 1);
      if (last === -1) {
        faults.push(`${place}: there is no line that is ${end} alone behind it`);
        break;
      }
      value = lines.slice(at + 1, last).join("\n");
      at = last;
    }
    const fault = valueFault(value);
    if (equals === -1) faults.push(`${place}: is no NAME=value`);
    else if (!secretName.test(name)) faults.push(`${place}: what stands before = is no name of a variable`);
    else if (values.has(name)) faults.push(`${place}: ${name} stands above already`);
    else if (fault !== undefined) faults.push(`${place}: the value of ${name} ${fault}`);
    values.set(name, value);
  }
  return faults.length === 0 ? { ok: true, values } : { ok: false, faults };
}

/** The text again, with what is wrong with it on top. Pure. */
export function withFaults(text: string, faults: readonly string[]): string {
  const own = text.split("\n").filter((line) => !line.startsWith(faultMark));
  // The lines on top move those below them.
  const moved = faults.map((fault) =>
    fault.replace(/^line (\d+)/, (_, line: string) => `line ${shifted(Number(line), text, faults.length)}`),
  );
  return [...moved.map((fault) => `${faultMark} ${fault}`), ...own].join("\n");
}

const faultMark = "#!";

function shifted(line: number, text: string, added: number): number {
  const above = text.split("\n").slice(0, line);
  return line - above.filter((one) => one.startsWith(faultMark)).length + added;
}

function written(value: string): string {
  if (!value.includes("\n") && !/^<<\w+$/.test(value)) return value;
  const lines = value.split("\n");
  let end = "END";
  for (let at = 1; lines.includes(end); at += 1) end = `END_${at}`;
  return [`<<${end}`, value, end].join("\n");
}

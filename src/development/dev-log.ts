import type { Style } from "../events/marks.ts";
import type { Json } from "../shared/json.ts";

/** What happens while the application runs; with `--json`, one object a line. */
export type DevEvent =
  | {
      readonly type: "line";
      readonly process: string;
      readonly stream: "stdout" | "stderr";
      readonly line: string;
    }
  | {
      readonly type: "started";
      readonly process: string;
      readonly pid: number;
      readonly command: readonly string[];
    }
  | { readonly type: "answered"; readonly process: string; readonly url: string; readonly afterMs: number }
  | {
      readonly type: "ended";
      readonly process: string;
      readonly exitCode: number | null;
      readonly signal: string | null;
    }
  | { readonly type: "changed"; readonly files: readonly string[]; readonly restarted: readonly string[] }
  | { readonly type: "step"; readonly step: string; readonly outcome: StepOutcome; readonly detail: string }
  | { readonly type: "note" | "warning"; readonly message: string; readonly next: string | null };

export type StepOutcome = "done" | "up-to-date" | "not-declared";

/** The one log that all processes write into. */
export interface DevLog {
  /** `text` is the event in words; a line of a process is its own words. */
  tell(event: DevEvent, text?: string): void;
}

export interface DevLogOptions {
  readonly json: boolean;
  readonly style: Style;
  /** Names of processes, which the prefixes are as wide as. */
  readonly names: readonly string[];
  readonly write: (text: string) => void;
}

const own = "cozy";

/** Lines with a prefix that tells whose they are, each process in a colour of its own. */
export function devLog({ json, style, names, write }: DevLogOptions): DevLog {
  if (json) return { tell: (event) => write(`${JSON.stringify(event satisfies Json)}\n`) };
  const { colours, marks } = style;
  const palette = [colours.cyan, colours.magenta, colours.green, colours.blue, colours.yellow];
  const width = Math.max(...[own, ...names].map((name) => name.length));
  const colourOf = (name: string) => palette[names.indexOf(name) % palette.length] ?? colours.dim;
  const prefixed = (name: string, line: string) =>
    `${colourOf(name)(name.padEnd(width))} ${marks.bar} ${line}\n`;
  return {
    tell(event, text = "") {
      if (event.type === "line") return write(prefixed(event.process, event.line));
      const mark = event.type === "warning" ? `${marks.warning} ` : "";
      for (const line of text.split("\n")) write(prefixed(own, mark + line));
    },
  };
}

/** A note of cozy's own, with the command that follows from it. */
export function note(log: DevLog, message: string, next?: string): void {
  log.tell({ type: "note", message, next: next ?? null }, withNext(message, next));
}

export function warn(log: DevLog, message: string, next?: string): void {
  log.tell({ type: "warning", message, next: next ?? null }, withNext(message, next));
}

function withNext(message: string, next: string | undefined): string {
  return next === undefined ? message : `${message}: ${next}`;
}

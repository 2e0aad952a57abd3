import { chooseStyle, isOn, type Variables } from "./choose-style.ts";
import type { Reporter } from "./event.ts";
import { jsonReporter } from "./json-reporter.ts";
import type { TerminalStream } from "./live-area.ts";
import { plainReporter } from "./plain-reporter.ts";
import { terminalReporter } from "./terminal-reporter.ts";

export interface Surroundings {
  readonly json: boolean;
  readonly env: Variables;
  readonly stream: TerminalStream & { readonly isTTY?: boolean | undefined };
  readonly now: () => number;
}

/** A live tree where somebody watches, lines where they are kept, JSON where it was asked for. */
export function chooseReporter(surroundings: Surroundings): Reporter {
  const { stream, now } = surroundings;
  const write = (text: string) => void stream.write(text);
  const kind = reporterKind(surroundings);
  if (kind === "json") return jsonReporter(write);
  const style = chooseStyle(surroundings.env, stream.isTTY === true);
  return kind === "terminal" ? terminalReporter({ ...style, stream, now }) : plainReporter(write, style);
}

export function reporterKind({ json, env, stream }: Surroundings): "terminal" | "plain" | "json" {
  if (json) return "json";
  const inCi = isOn(env["CI"]) || isOn(env["TF_BUILD"]);
  return stream.isTTY === true && !inCi && env["TERM"] !== "dumb" ? "terminal" : "plain";
}

import { styleOf, type Style } from "./marks.ts";

export type Variables = Readonly<Record<string, string | undefined>>;

/** Colours where the stream is a terminal, unless `NO_COLOR` or `FORCE_COLOR` says otherwise. */
export function chooseStyle(env: Variables, isTerminal: boolean): Style {
  return styleOf({ colour: wantsColour(env, isTerminal), unicode: speaksUnicode(env) });
}

function wantsColour(env: Variables, isTerminal: boolean): boolean {
  if ((env["NO_COLOR"] ?? "") !== "") return false;
  if (env["FORCE_COLOR"] !== undefined) return isOn(env["FORCE_COLOR"]) || env["FORCE_COLOR"] === "";
  return isTerminal && env["TERM"] !== "dumb";
}

/** Most terminals do; those that say they don't are believed. */
function speaksUnicode(env: Variables): boolean {
  const locale = [env["LC_ALL"], env["LC_CTYPE"], env["LANG"]].find((value) => (value ?? "") !== "");
  return env["TERM"] !== "linux" && (locale === undefined || /utf-?8/i.test(locale));
}

/** Whether a variable that is a switch is on. */
export function isOn(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "0" && value !== "false";
}

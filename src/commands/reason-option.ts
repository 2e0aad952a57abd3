import type { OptionSpec } from "./define-command.ts";

export const reasonOption = {
  kind: "text",
  placeholder: "text",
  short: "m",
  help: "why, for the history",
} as const satisfies OptionSpec;

import { isFields } from "../artifacts/kept-file.ts";
import type { ItemOutcome, ItemReport } from "./item.ts";

const outcomes: readonly ItemOutcome[] = ["unchanged", "changed", "would-change", "failed"];

/** A line that a set-up script says of an item; `undefined` for any other. Pure. */
export function parseReport(line: string): ItemReport | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isFields(value) || typeof value["item"] !== "number") return undefined;
  const outcome = outcomes.find((one) => one === value["outcome"]);
  if (outcome === undefined) return undefined;
  return { index: value["item"], outcome, note: decoded(value["note"]), diff: decoded(value["diff"]) };
}

function decoded(value: unknown): string {
  return typeof value === "string" ? Buffer.from(value, "base64").toString("utf8").trimEnd() : "";
}

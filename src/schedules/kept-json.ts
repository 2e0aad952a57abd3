import { readFileSync } from "node:fs";
import { messageOf, systemCode } from "../shared/thrown.ts";

// The agent keeps to plain errors: with the catalogue of errors it would change whenever a title does.

/** A kept file that is there and can't be used; it stays as it is. */
export class KeptFileFault extends Error {
  override readonly name = "KeptFileFault";
  readonly kind: "damaged" | "newer";
  readonly file: string;

  constructor(kind: "damaged" | "newer", file: string, why: string) {
    super(`${file} ${kind === "damaged" ? "is damaged: " : ""}${why}`);
    this.kind = kind;
    this.file = file;
  }
}

/** Reads a kept file of format 1; `undefined` where there is none. */
export function readKeptJson<Value>(
  file: string,
  isRight: (value: unknown) => value is Value,
): Value | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new KeptFileFault("damaged", file, messageOf(error));
  }
  const format = isFields(value) ? value["format"] : undefined;
  if (typeof format === "number" && format > 1) {
    throw new KeptFileFault("newer", file, `has format ${format}, which a newer cozy has written`);
  }
  if (format !== 1 || !isRight(value)) {
    throw new KeptFileFault("damaged", file, "fields are missing or of the wrong kind");
  }
  return value;
}

export function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

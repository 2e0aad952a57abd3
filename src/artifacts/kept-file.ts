import { open, readFile, rename, rm } from "node:fs/promises";
import { CozyError, messageOf, systemCode } from "../errors/cozy-error.ts";
import { installNewest } from "../errors/install-newest.ts";
import { tempName } from "./temp-name.ts";

/** What every kept file begins with: a whole number that grows when its shape changes. */
const format = 1;

/** Reads a JSON file that cozy keeps; `undefined` where there is none. `isRight` tells whether it has the right shape. */
export async function readKept<Value>(
  file: string,
  isRight: (value: unknown) => value is Value,
): Promise<Value | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
  return parseKept(file, text, isRight);
}

export function parseKept<Value>(
  file: string,
  text: string,
  isRight: (value: unknown) => value is Value,
): Value {
  const fields = fieldsOf(file, text);
  const found = fields["format"];
  if (typeof found !== "number" || !Number.isInteger(found) || found < 1) {
    throw damaged(file, "it has no format number");
  }
  if (found > format) {
    throw new CozyError("kept-file-newer", {
      message: `${file} has format ${found}; this cozy reads formats up to ${format}.`,
      state: "The file was left as it is.",
      next: installNewest,
    });
  }
  const value: unknown = fields;
  if (!isRight(value)) throw damaged(file, "fields are missing or of the wrong kind");
  return value;
}

/** Writes it whole or not at all: a temporary file beside it, flushed to the disk, then renamed. */
export async function writeKept(
  file: string,
  value: { readonly format: 1; readonly [key: string]: unknown },
  mode = 0o644,
): Promise<void> {
  const temp = tempName(file);
  try {
    await writeFlushed(temp, `${JSON.stringify(value)}\n`, mode);
    await rename(temp, file);
  } catch (error) {
    await rm(temp, { force: true });
    throw error;
  }
}

/** Writes a new file and waits until the disk has it. */
export async function writeFlushed(file: string, text: string, mode = 0o644): Promise<void> {
  const handle = await open(file, "wx", mode);
  try {
    await handle.writeFile(text);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

/** Whether it is an object whose fields named so are strings. */
export function hasStrings<Name extends string>(
  value: unknown,
  ...names: readonly Name[]
): value is Record<Name, string> & Record<string, unknown> {
  return isFields(value) && names.every((name) => typeof value[name] === "string");
}

function fieldsOf(file: string, text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw damaged(file, messageOf(error));
  }
  if (!isFields(value)) throw damaged(file, "it does not hold an object");
  return value;
}

export function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function damaged(file: string, why: string): CozyError {
  return new CozyError("kept-file-damaged", {
    message: `${file} is damaged: ${why}.`,
    state: "The file was left as it is.",
    next: `Look at ${file}; bring it back from a copy, or move it away.`,
  });
}

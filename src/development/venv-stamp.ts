import { join } from "node:path";
import { readKept, writeKept } from "../artifacts/kept-file.ts";

/** Which requirements a virtual environment holds, written into it by the set-up. */
export interface VenvStamp {
  readonly format: 1;
  readonly requirements: string;
}

/** `undefined` where the environment was made by hand. */
export async function readStamp(venv: string): Promise<VenvStamp | undefined> {
  return readKept(fileIn(venv), isStamp);
}

export async function writeStamp(venv: string, requirements: string): Promise<void> {
  await writeKept(fileIn(venv), { format: 1, requirements });
}

function fileIn(venv: string): string {
  return join(venv, "cozy-setup.json");
}

function isStamp(value: unknown): value is VenvStamp {
  return (
    typeof value === "object" &&
    value !== null &&
    "requirements" in value &&
    typeof value.requirements === "string"
  );
}

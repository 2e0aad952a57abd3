import { mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { CozyError, systemCode } from "../errors/cozy-error.ts";
import { installNewest } from "../errors/install-newest.ts";
import { writeAtomically } from "../shared/atomic-write.ts";

/** Where values that were drawn for an environment are kept, by the name of the variable. */
export interface GeneratedStore {
  read(): Promise<Readonly<Record<string, string>>>;
  write(values: Readonly<Record<string, string>>): Promise<void>;
}

/** The store in a file that only its owner can read. What can't be understood is never written over. */
export function generatedStoreAt(file: string): GeneratedStore {
  return {
    read: () => read(file),
    write: async (values) => {
      await read(file);
      await mkdir(dirname(file), { recursive: true });
      await writeAtomically(file, `${JSON.stringify({ format: 1, values }, undefined, 2)}\n`);
    },
  };
}

async function read(file: string): Promise<Readonly<Record<string, string>>> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return {};
    throw damaged(file, `it can't be read (${systemCode(error) ?? String(error)})`, error);
  }
  return valuesIn(text, file);
}

function valuesIn(text: string, file: string): Readonly<Record<string, string>> {
  const parsed = parsedJson(text, file);
  const { format, values } = parsed;
  if (typeof format !== "number" || !Number.isInteger(format)) throw damaged(file, "it names no format");
  if (format > 1) {
    throw new CozyError("generated-newer", {
      message: `${file} has format ${String(format)}; this version of cozy reads format 1.`,
      state: "The file is as it was.",
      next: installNewest,
    });
  }
  if (format !== 1 || !areTexts(values)) throw damaged(file, "it holds something else than values by name");
  return values;
}

function areTexts(values: unknown): values is Readonly<Record<string, string>> {
  if (typeof values !== "object" || values === null || Array.isArray(values)) return false;
  return Object.values(values).every((value) => typeof value === "string");
}

function parsedJson(text: string, file: string): { format?: unknown; values?: unknown } {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null) return parsed;
  } catch {
    // Told below; the parser's own message would quote the file, which holds secrets.
  }
  throw damaged(file, "it is no JSON object");
}

function damaged(file: string, why: string, cause?: unknown): CozyError {
  return new CozyError("generated-damaged", {
    message: `${file} holds the values drawn for this environment, and ${why}.`,
    state:
      "The file is as it was; nothing was drawn anew, because the application may have data that needs the old values.",
    next: "Bring the file back from a copy; or move it away, if new values may be drawn.",
    cause,
  });
}

import { join } from "node:path";
import { askNode } from "../../artifacts/ask-node.ts";
import { askPython } from "../../artifacts/ask-python.ts";
import { hasStrings, readKept } from "../../artifacts/kept-file.ts";
import { CozyError } from "../../errors/cozy-error.ts";

/**
 * Starts a runtime that has arrived on this machine: it was made on another one, and may want a library that is missing here. A Python
 * that can't be moved is only a link to one in the same place.
 */
export async function proveRuntime(folder: string, name: string, signal: AbortSignal): Promise<void> {
  const record = await readKept(join(folder, "runtime.json"), isRecord);
  const version = record?.version ?? "";
  if ((await versionOf(folder, record?.program, signal)) === version) return;
  const inPlace = record?.inPlace;
  throw new CozyError("runtime-broken", {
    message:
      inPlace === undefined
        ? `The runtime ${name} does not run on this host.`
        : `The runtime ${name} is the Python at ${inPlace} of the machine that built the release, which can't be moved, and this host has no Python ${version} there.`,
    state: "It was not kept; nothing else was changed.",
    next:
      inPlace === undefined
        ? "Build on a machine with the same system as the hosts have, or install there what it lacks: cozy setup <environment>"
        : `Install Python ${version} with uv (uv python install ${version}) where you build: that one can be moved.`,
  });
}

async function versionOf(
  folder: string,
  python: string | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (python === undefined) return (await askNode(join(folder, "bin", "node"), signal))?.version;
  return (await askPython(join(folder, "bin", python), {}, signal))?.version;
}

interface RuntimeRecord {
  readonly version: string;
  /** Of Python: its name in `bin`. */
  readonly program?: string;
  readonly inPlace?: string;
}

function isRecord(value: unknown): value is RuntimeRecord {
  if (!hasStrings(value, "version")) return false;
  return [value["program"], value["inPlace"]].every((text) => text === undefined || typeof text === "string");
}

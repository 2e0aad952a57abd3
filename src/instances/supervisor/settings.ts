import { readFileSync } from "node:fs";
import { messageOf } from "../../shared/thrown.ts";
import type { SupervisorSettings } from "../supervisor-settings.ts";
import { check, isRecord, pathFault } from "./checks.ts";

/** Reads the settings, or throws with what is wrong with them; starting again can't help then. */
export function readSettings(file: string): SupervisorSettings {
  let read: unknown;
  try {
    read = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`${file} can't be read: ${messageOf(error)}`, { cause: error });
  }
  if (supervisorSettings.holds(read)) return read;
  throw new Error(`${file} can't be used: ${supervisorSettings.fault(read)}`);
}

const supervisorSettings = check<SupervisorSettings>((value) => {
  if (!isRecord(value)) return "it does not hold an object";
  const { format, folder, runFolder, controlSocket, logFolder } = value;
  if (format !== 1) return `it has format ${String(format)}, and this supervisor reads format 1`;
  return (
    pathFault("folder", folder) ??
    pathFault("runFolder", runFolder) ??
    pathFault("controlSocket", controlSocket) ??
    pathFault("logFolder", logFolder)
  );
});

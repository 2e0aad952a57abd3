import { existsSync } from "node:fs";

const systemPython = "/usr/bin/python3";

/** The system's own, before one that a user has put in front of it. */
export function python(): string {
  return existsSync(systemPython) ? systemPython : "python3";
}

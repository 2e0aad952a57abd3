import { join } from "node:path";
import type { EnvironmentPaths } from "../environment-paths.ts";

/** Names below the run folder, by its short name: everything that listens or connects goes by these. */
export interface RunPlaces {
  readonly run: string;
  readonly supervisorSocket: string;
  readonly proxySocket: string;
}

export function runPlaces(shortRunFolder: string): RunPlaces {
  return {
    run: shortRunFolder,
    supervisorSocket: join(shortRunFolder, "supervisor.sock"),
    proxySocket: join(shortRunFolder, "proxy", "control.sock"),
  };
}

/** Known to cozy and the proxy alone; mode 0600. */
export function proofTokenFile(paths: EnvironmentPaths): string {
  return join(paths.supervisor, "proof-token");
}

export function proxySettingsFile(paths: EnvironmentPaths): string {
  return join(paths.supervisor, "proxy.json");
}

import { join } from "node:path";
import type { MachinePaths } from "../hosts/environment-paths.ts";

/** Where programs that building needs are kept by version, once they were fetched. */
export function toolsOf({ home }: Pick<MachinePaths, "home">): string {
  return join(home, "tools");
}

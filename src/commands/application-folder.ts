import { join } from "node:path";
import type { Project } from "../project/project.ts";

/** The application's own folder, absolute. */
export function applicationFolder({ root, app }: Project): string {
  return join(root, app.folder);
}

import type { Limits } from "../../project/project.ts";

/** A command of a release that is run to its end, with all that it needs. */
export interface OnceRequest {
  /** Whose code it is; absent for a command of no release. */
  readonly release?: string | undefined;
  readonly command: readonly string[];
  readonly folder: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly limits: Limits;
  /** Takes the release's secrets out of a line before anybody sees it. */
  readonly redact?: (line: string) => string;
  readonly onOutput?: ((stream: "stdout" | "stderr", line: string) => void) | undefined;
}

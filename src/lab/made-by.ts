import { userName } from "../engine/process-identity.ts";

/** Who made a lab, for whoever finds it and wonders whether it may go. */
export interface MadeBy {
  /** The person, and not root whom `sudo` made of them. */
  readonly user: string;
  /** Where the command ran. */
  readonly folder: string;
}

export function madeBy(env: Readonly<Record<string, string | undefined>>, folder: string): MadeBy {
  return { user: env["SUDO_USER"] ?? userName(env), folder };
}

import { isFields } from "../../artifacts/kept-file.ts";
import { CozyError } from "../../errors/cozy-error.ts";
import type { Environment } from "../../project/project.ts";

/** The format of everything that goes over the wire; it grows when an older side could not understand a newer one. */
export const wireFormat = 1;

/** What a deployer tells the agent first. */
export interface Hello {
  readonly format: number;
  /** cozy's. */
  readonly version: string;
  /** How the host is called in the environment. */
  readonly host: string;
  readonly environment: EnvironmentFacts;
}

/** What the agent has to know of the environment as the project file declares it now: no value of any variable is among it. */
export type EnvironmentFacts = Pick<
  Environment,
  "name" | "target" | "domains" | "database" | "media" | "backups"
>;

export interface HelloAnswer {
  readonly format: number;
  readonly version: string;
  /** The host's own time, in milliseconds since the epoch. */
  readonly clock: number;
}

/** What arrived as a greeting; only whether the formats are the same is certain before it was looked at. */
export function isHello(value: unknown): value is Hello {
  return isFields(value) && "format" in value && isFields(value["environment"]);
}

export function helloAnswer(value: unknown): HelloAnswer {
  const { format = 0, version = "", clock = 0 } = isFields(value) ? value : {};
  return { format: Number(format), version: String(version), clock: Number(clock) };
}

/** Both sides look: an agent is started from the deployer's own copy, so another format means that somebody put another one there. */
export function refuseOtherFormat(
  theirs: { readonly format: unknown; readonly version: unknown },
  ours: { readonly version: string; readonly host: string },
): void {
  if (theirs.format === wireFormat) return;
  const [newer, older] =
    Number(theirs.format) > wireFormat
      ? [`cozy ${String(theirs.version)}`, `cozy ${ours.version}`]
      : [`cozy ${ours.version}`, `cozy ${String(theirs.version)}`];
  throw new CozyError("agent-of-another-version", {
    message: `The deployer and the agent on ${ours.host} do not speak the same format: one is ${newer}, the other is the older ${older}.`,
    state: "Nothing was changed.",
    next: "Install the newest cozy where you deploy from: npm install --save-dev cozywish@latest",
  });
}

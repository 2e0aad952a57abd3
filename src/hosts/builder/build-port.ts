import type { BuildArtifactRequest } from "../../artifacts/build-artifact.ts";
import type { OutputStream } from "../../artifacts/run-program.ts";
import type { RuntimeChoice } from "../../artifacts/runtime.ts";
import type { RuntimeRequest } from "../../project/project.ts";
import type { Methods } from "../agent/remote-port.ts";
import type { WholeArtifact } from "../agent/whole-artifact.ts";

/** What a host that builds is asked for. */
export interface BuildPort {
  /** Says whether npm is there, the host's own or one that was sent before; else it makes room for one. */
  lookForNpm(name: string, signal: AbortSignal): Promise<"there" | Room>;
  takeNpm(arrived: ArrivedNpm, signal: AbortSignal): Promise<void>;
  /** Which runtime of this host a request comes to. */
  choose(request: RuntimeRequest, npm: string | undefined, signal: AbortSignal): Promise<RuntimeChoice>;
  /** Makes room for the application's files, as they were checked out elsewhere. */
  makeRoom(key: string, signal: AbortSignal): Promise<Room>;
  /** Builds, unless the artifact is there. The room is used up, whatever becomes of it. */
  build(order: BuildOrder, tell: TellBuild, signal: AbortSignal): Promise<WholeArtifact>;
}

export interface Room {
  readonly folder: string;
}

export interface ArrivedNpm {
  /** `npm-11.6.2`. */
  readonly name: string;
  readonly folder: string;
  /** By `digestFolder`. */
  readonly digest: string;
}

export interface BuildOrder extends Omit<BuildArtifactRequest, "runtime" | "checkedOut"> {
  /** What the plan names the artifact by. */
  readonly key: string;
  readonly npm: string | undefined;
  readonly room: string;
  /** Of the application's files in the room's `app`, by `digestFolder`. */
  readonly digest: string;
}

/** A step that has begun, or a line of what the build says. */
export type TellBuild = (kind: "step" | OutputStream, text: string) => void;

const minuteMs = 60_000;

/** The longest that each may take: more than any deadline that a plan sets. */
export const buildMethods: Methods<BuildPort> = {
  lookForNpm: minuteMs,
  takeNpm: 5 * minuteMs,
  choose: 5 * minuteMs,
  makeRoom: 5 * minuteMs,
  build: 24 * 60 * minuteMs,
};

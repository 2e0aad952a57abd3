import type { ArtifactOffer } from "./offer.ts";

/** Artifacts, dependency trees and runtimes on their way to a host. */
export interface Uploads {
  /** Says what is missing, and makes room for it: what the host has of an artifact already is linked into its place. */
  begin(offer: UploadOffer, signal: AbortSignal): Promise<UploadBegun>;
  /** Holds what has arrived against what it should be, and moves it in as one step each. What is there already is dropped. */
  finish(arrived: UploadArrived, signal: AbortSignal): Promise<void>;
  /**
   * Removes what has arrived of an upload that comes to nothing. Rejects with `disk-full` where one of the rooms lacked the space for what
   * was on its way there: who sends learns that from messages only.
   */
  giveUp(rooms: readonly GivenUp[], signal: AbortSignal): Promise<void>;
}

export interface GivenUp {
  readonly folder: string;
  /** Of what was on its way there and failed; 0 where nothing was. */
  readonly sizeBytes: number;
}

export interface UploadOffer {
  readonly artifact: ArtifactOffer;
  readonly tree: string | undefined;
  readonly runtime: string;
}

export interface UploadBegun {
  readonly artifact: "there" | "base unknown" | ArtifactRoom;
  readonly tree: "there" | FolderRoom;
  readonly runtime: "there" | FolderRoom;
}

export interface ArtifactRoom {
  /** Where its files are to be put, in `app/`, until it is whole. */
  readonly folder: string;
  /** The files that the host lacks. */
  readonly missing: readonly string[];
}

export interface FolderRoom {
  readonly folder: string;
  /** Folders of the same kind, the ones used last first: unchanged files can be linked from there. */
  readonly like: readonly string[];
}

export interface UploadArrived {
  readonly artifact: ArrivedArtifact | undefined;
  readonly tree: ArrivedFolder | undefined;
  readonly runtime: ArrivedFolder | undefined;
}

export interface ArrivedArtifact {
  readonly id: string;
  readonly folder: string;
  /** Small files, in base64, that are to be put there now. */
  readonly files: Readonly<Record<string, string>>;
}

export interface ArrivedFolder {
  /** A tree's hash, or a runtime's id. */
  readonly name: string;
  readonly folder: string;
  /** By `digestFolder`. */
  readonly digest: string;
  /** cozy's home on the machine where it was made, whose paths may stand in it. */
  readonly fromHome: string;
}

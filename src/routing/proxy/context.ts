import type { AccessLine } from "../access-line.ts";
import type { ProxySettingsFile } from "../proxy-settings.ts";
import type { Note } from "./note.ts";
import type { Peers } from "./peer.ts";
import type { Proofs } from "./proofs.ts";
import type { Routes } from "./routes.ts";

/** What every request is served with. */
export interface Context {
  readonly settings: ProxySettingsFile;
  readonly routes: Routes;
  readonly peers: Peers;
  readonly proofs: Proofs;
  readonly note: Note;
  log(line: AccessLine): void;
  random(): number;
  /** The proxy was told to stop or was replaced: answers say `Connection: close`. */
  draining: boolean;
}

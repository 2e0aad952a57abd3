import { evidenceBook, readEvidence } from "../../promises/evidence.ts";
import type { EvidenceShelf } from "./agent-ports.ts";

/** What promises were measured by, in an environment's folder. */
export function evidenceShelf(folder: string): EvidenceShelf {
  return { ...evidenceBook(folder), read: (promise) => readEvidence(folder, promise) };
}

import type { Plan } from "../release/plan.ts";
import { outcomeOf, type Journal } from "./journal.ts";
import type { UnreadableJournal } from "./journal-store.ts";

/**
 * The hosts that took part in what was done of late and have not left since; the newest journals come first. One of them that the project
 * file does not name any more may go on serving whatever it served. Pure.
 */
export function hostsOfPast(journals: readonly (Journal | UnreadableJournal)[]): string[] {
  const stands = new Map<string, "in" | "out">();
  for (const journal of journals) {
    if ("error" in journal || outcomeOf(journal) !== "committed") continue;
    const { plan } = journal.header;
    const how = plan.command === "leave" ? "out" : "in";
    const hosts = how === "out" ? leftBy(plan) : takingPart(plan);
    for (const host of hosts) if (!stands.has(host)) stands.set(host, how);
  }
  return [...stands].flatMap(([host, how]) => (how === "in" ? [host] : []));
}

function leftBy({ subject = "" }: Plan): string[] {
  return subject.split(" ");
}

function takingPart({ phases }: Plan): string[] {
  return phases.flatMap(({ operations }) => operations.map(({ host }) => host));
}

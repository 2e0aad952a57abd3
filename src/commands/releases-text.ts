import { releaseOf } from "../routing/route-table.ts";
import type { HostState } from "../hosts/host.ts";
import { durationText } from "../shared/duration.ts";
import { textTable } from "./text-table.ts";

export interface ReleaseRow {
  readonly id: string;
  readonly commit: string;
  readonly subject: string;
  readonly createdAt: number;
  readonly state: "serves" | "warm" | "kept" | "damaged";
}

/** The kept releases, newest first, each with what a rollback to it would cost. */
export function releaseRows({ releases, routes, instances }: HostState): ReleaseRow[] {
  const serving = new Set(Object.keys(routes).map(releaseOf));
  const running = new Set(instances.map(({ id }) => id.release));
  return releases
    .toSorted((a, b) => b.createdAt - a.createdAt || b.id.localeCompare(a.id))
    .map(({ id, commit, commitSubject, createdAt, damaged }) => ({
      id,
      commit,
      subject: damaged ?? commitSubject,
      createdAt,
      state:
        damaged !== undefined ? "damaged" : serving.has(id) ? "serves" : running.has(id) ? "warm" : "kept",
    }));
}

export function releasesText(rows: readonly ReleaseRow[], environment: string, now: number): string {
  if (rows.length === 0)
    return `${environment} keeps no release yet. Deploy the first: cozy deploy ${environment}`;
  return textTable(
    rows.map(({ id, state, subject, createdAt }) => [
      state === "serves" ? "→" : " ",
      id,
      state,
      `${durationText(now - createdAt)} old`,
      subject,
    ]),
  );
}

/**
 * A release's name: its time in UTC and its short commit, so that names sort by age and say where the code came from. It is part of
 * every socket's path, and those are limited to 108 bytes.
 */
export function releaseId(commit: string, atMs: number): string {
  const time = new Date(atMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
  return `${time}-${commit.slice(0, 7)}`;
}

/** The same, and never one that is taken: two deploys of a commit can fall into one second. */
export function freeReleaseId(commit: string, atMs: number, taken: readonly string[]): string {
  for (let at = atMs; ; at += 1_000) {
    const id = releaseId(commit, at);
    if (!taken.includes(id)) return id;
  }
}

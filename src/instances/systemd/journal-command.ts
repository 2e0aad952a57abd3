/** Which lines of the journal are wanted. */
export interface JournalQuery {
  /** A unit by its full name, or a slice: everything in it, that which is to come too. */
  readonly of: { readonly unit: string } | { readonly slice: string };
  /** The last so many; all where absent. With a cursor only those after it. */
  readonly lines?: number | undefined;
  /** Milliseconds since the epoch. */
  readonly since?: number | undefined;
  readonly afterCursor?: string | undefined;
  /** Only of this life of the units. */
  readonly invocation?: string | undefined;
  readonly follow?: boolean | undefined;
}

const fields = ["MESSAGE", "PRIORITY", "_SYSTEMD_UNIT"];

/** Pure. */
export function journalCommand(query: JournalQuery): readonly string[] {
  const { of, lines, since, afterCursor, invocation, follow } = query;
  return [
    "journalctl",
    "--output=json",
    `--output-fields=${fields.join(",")}`,
    // Else a long line is left out.
    "--all",
    "--no-pager",
    "--quiet",
    ...(lines === undefined ? [] : [`--lines=${lines}`]),
    ...(since === undefined ? [] : [`--since=@${(since / 1000).toFixed(3)}`]),
    ...(afterCursor === undefined ? [] : [`--after-cursor=${afterCursor}`]),
    ...(follow === true ? ["--follow", ...(lines === undefined ? ["--no-tail"] : [])] : []),
    "unit" in of ? `_SYSTEMD_UNIT=${of.unit}` : `_SYSTEMD_SLICE=${of.slice}`,
    ...(invocation === undefined ? [] : [`_SYSTEMD_INVOCATION_ID=${invocation}`]),
  ];
}

/** Every unit that the journal has a line of. */
export const unitsCommand: readonly string[] = [
  "journalctl",
  "--quiet",
  "--no-pager",
  "--field=_SYSTEMD_UNIT",
];

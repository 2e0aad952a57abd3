/** Something in cozy's folder of agents: a folder with code, by its hash, or a Node. */
export interface KeptAgent {
  readonly name: string;
  /** What may stand in for each other: code with the same parts, or Nodes. */
  readonly kind: string;
  /** When it came or was changed last, in milliseconds since the epoch. */
  readonly at: number;
}

export interface AgentsInUse {
  readonly kept: readonly KeptAgent[];
  /** The folder of agents. */
  readonly folder: string;
  /** Whatever may name one of them: units, what instances are started with, command lines of all that runs. */
  readonly texts: readonly string[];
  readonly now: number;
}

/** Deployers with different versions take turns; what is missing would be sent anew each time. */
const newestOfKind = 3;
/** Whoever has sent it may be about to start it. */
const freshMs = 24 * 3_600_000;

/** The names of those that nothing refers to and that are neither among the newest nor from today. Pure. */
export function unusedAgents({ kept, folder, texts, now }: AgentsInUse): readonly string[] {
  const all = texts.join("\0");
  const newest = new Set(
    Object.values(Object.groupBy(kept, ({ kind }) => kind)).flatMap((ofKind = []) =>
      ofKind
        .toSorted((a, b) => b.at - a.at)
        .slice(0, newestOfKind)
        .map(({ name }) => name),
    ),
  );
  return kept
    .filter(({ name, at }) => !newest.has(name) && now - at > freshMs && !all.includes(`${folder}/${name}`))
    .map(({ name }) => name);
}

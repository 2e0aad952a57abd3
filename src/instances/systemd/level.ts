/** The levels of an application's log, as the strategy names them. */
export const levels = ["debug", "info", "warning", "error", "critical"] as const;
export type Level = (typeof levels)[number];

/** What the journal has a line with that nobody gave a level. */
export const unsaidPriority = 6;

/**
 * The level of a line: what the line itself says, as Django's formatters (`ERROR …`) and JSON loggers (`{"level":50}`) write it, else
 * the priority that the journal has it with. Pure.
 */
export function levelOf(line: string, priority: number): Level {
  return saidLevel(line) ?? ofPriority(priority);
}

export function isAtLeast(level: Level, least: Level): boolean {
  return levels.indexOf(level) >= levels.indexOf(least);
}

function saidLevel(line: string): Level | undefined {
  if (line.startsWith("{")) return jsonLevel(line);
  const [, word] =
    /^\W{0,2}(?:\S+ \S+ )?\[?(DEBUG|INFO|WARN|WARNING|ERROR|CRITICAL|FATAL)\b/.exec(line) ?? [];
  return word === undefined ? undefined : named(word);
}

function jsonLevel(line: string): Level | undefined {
  let fields: unknown;
  try {
    fields = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof fields !== "object" || fields === null) return undefined;
  const said: unknown = Object.entries(fields).find(([name]) =>
    /^(level|levelname|severity)$/i.test(name),
  )?.[1];
  if (typeof said === "number") return ofPino(said);
  return typeof said === "string" ? named(said) : undefined;
}

function named(word: string): Level | undefined {
  const small = word.toLowerCase();
  if (small === "trace") return "debug";
  if (small === "warn") return "warning";
  if (small === "fatal") return "critical";
  return levels.find((level) => level === small);
}

/** pino and bunyan count in tens, from 10 (trace) to 60 (fatal). */
function ofPino(level: number): Level {
  if (level < 30) return "debug";
  if (level < 40) return "info";
  if (level < 50) return "warning";
  return level < 60 ? "error" : "critical";
}

function ofPriority(priority: number): Level {
  if (priority <= 2) return "critical";
  if (priority === 3) return "error";
  if (priority === 4) return "warning";
  return priority === 7 ? "debug" : "info";
}

/** A part of a script between two `&&`; or all of it, where a shell has to take it apart. */
export interface ScriptPart {
  readonly text: string;
  /** Whether it is one program with its arguments. */
  readonly isProgram: boolean;
  /** What it sets for that program: `A=1 B=2`. */
  readonly assignments: string;
  /** Whether npm, or another like it, has a part in it. */
  readonly asksNpm: boolean;
}

/** Pure. */
export function scriptParts(text: string): readonly ScriptPart[] {
  const trimmed = text.trim();
  const parts = trimmed.split(/\s*&&\s*/);
  // Quotes that a part does not close hold an `&&` themselves.
  const apart = parts.every((part) => part !== "" && !hasOperator(part)) ? parts : [trimmed];
  return apart.map(partOf);
}

function partOf(text: string): ScriptPart {
  const assignments = /^(?:[A-Za-z_]\w*=(?:"[^"]*"|'[^']*'|[^\s"'])*(?:\s+|$))*/.exec(text)?.[0].trim() ?? "";
  const [first = ""] = text.slice(assignments.length).trim().split(/\s/);
  return {
    text,
    isProgram: !hasOperator(text) && first !== "" && !ofTheShell.has(first),
    assignments,
    asksNpm: npmWords.test(text),
  };
}

/** What joins several commands; what stands in quotes is none of it. */
function hasOperator(text: string): boolean {
  const bare = text
    .replace(/\\./g, "_")
    .replace(/'[^']*'/g, "_")
    .replace(/"(?:[^"`$]|\$(?!\())*"/g, "_");
  return /["'`|&;()#\n]/.test(bare);
}

/** Words that no program has. */
const ofTheShell = new Set(
  "! . : [ [[ { break case cd command continue do done else eval exec exit export fi for function if return set shift source then time trap ulimit umask unset until wait while".split(
    " ",
  ),
);

const npmWords =
  /(?:^|[\s;&|("'`])(?:npm|npx|pnpm|pnpx|yarn|bun|bunx|run-s|run-p|npm-run-all\S*|npm:\S+)(?=$|[\s;&|)"'`])/;

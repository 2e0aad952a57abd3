/** Options of Node and Python whose next word belongs to them. */
const taking = new Set([
  "-r",
  "--require",
  "--import",
  "--loader",
  "-C",
  "--conditions",
  "--env-file",
  "-W",
  "-X",
]);

/** The file in the working tree that a command runs, where it can be told: `src/server.ts` of `node --watch src/server.ts`. */
export function scriptOf([program = "", ...args]: readonly string[]): string | undefined {
  if (!/^(?:node|python[\d.]*)$/.test(program)) return undefined;
  for (let i = 0; i < args.length; i += 1) {
    const word = args[i] ?? "";
    if (taking.has(word)) i += 1;
    else if (!word.startsWith("-"))
      return /\.(?:[cm]?[jt]s|py)$/.test(word) && !isAbsolute(word) ? word : undefined;
    else if (/^-[mecp]$|^--(?:eval|print|test|run)\b/.test(word)) return undefined;
  }
  return undefined;
}

function isAbsolute(word: string): boolean {
  return /^(?:[\\/]|[A-Za-z]:)/.test(word);
}

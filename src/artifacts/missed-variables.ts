/** The names that a line of output mentions, as words of their own. Pure. */
export function namesIn(line: string, names: readonly string[]): string[] {
  return names.filter((name) => {
    const at = line.indexOf(name);
    return at >= 0 && !/\w/.test(line[at - 1] ?? "") && !/\w/.test(line[at + name.length] ?? "");
  });
}

/** Only adds words: that the build failed is known from its exit code. */
export function explanationOf(missed: readonly string[]): string {
  if (missed.length === 0) return "";
  const names = missed.join(", ");
  return (
    ` Its output mentions ${names}: run-time variables are not there at build, because the one artifact is promoted through all` +
    ` environments and must not hold the values of one. Read ${names} when the application starts, or, if the value is the` +
    ` same everywhere, declare it in build.variables (or build.secrets) too.`
  );
}

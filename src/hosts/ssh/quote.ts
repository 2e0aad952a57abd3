/**
 * One word of a POSIX shell's line, whatever is in it: the only place where cozy quotes. A NUL can't stand in any argument, so it is
 * refused here instead of being cut off there.
 */
export function quote(word: string): string {
  if (word.includes("\0")) throw new TypeError("An argument can't hold a NUL.");
  if (plain.test(word)) return word;
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** A command as one line for a POSIX shell. */
export function shellLine(words: readonly string[]): string {
  return words.map(quote).join(" ");
}

/** Words that mean the same with and without quotes, so that lines stay readable. A leading `~` or an `=` may mean something. */
const plain = /^[\w@%+:,./-]+$/;

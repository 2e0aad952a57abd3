/** `1 check`, `5 checks`, `1,000 rows`; `many` where an s at its end does not do. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${Math.round(count).toLocaleString("en-GB")} ${count === 1 ? one : many}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

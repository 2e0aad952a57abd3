export interface LockedSource {
  readonly name: string;
  readonly source: string;
}

/**
 * The packages of a `uv.lock` that are folders or files of the machine, the project itself aside. The file is uv's own work and always
 * written in the same form, so its whole grammar need not be known. Pure.
 */
export function lockedSources(text: string): LockedSource[] {
  return text.split(/^\[\[package\]\]$/m).flatMap((block, index) => {
    if (index === 0) return [];
    const name = /^name = "([^"]+)"$/m.exec(block)?.[1] ?? "";
    const local = /^source = \{ (?:editable|virtual|directory|path) = "([^"]+)"/m.exec(block)?.[1];
    return local === undefined || local === "." ? [] : [{ name, source: local }];
  });
}

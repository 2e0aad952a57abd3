/** Whether a version comes before another, by their numbers; what follows a hyphen comes before the version itself. */
export function isOlder(version: string, than: string): boolean {
  const [a, b] = [partsOf(version), partsOf(than)];
  for (const index of [0, 1, 2]) {
    const difference = (a.numbers[index] ?? 0) - (b.numbers[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return a.isPreview && !b.isPreview;
}

function partsOf(version: string): { readonly numbers: readonly number[]; readonly isPreview: boolean } {
  const [core = "", ...preview] = (version.split("+")[0] ?? "").split("-");
  return {
    numbers: core.split(".").map((part) => Number.parseInt(part, 10) || 0),
    isPreview: preview.length > 0,
  };
}

/** An amount of data as people say it, in steps of 1024 as the project file has it: `512 B`, `12 kB`, `1.4 MB`, `23 GB`. */
export function sizeText(sizeBytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let size = Math.max(0, sizeBytes);
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  const text = unit === 0 || size >= 9.95 ? String(Math.round(size)) : size.toFixed(1).replace(/\.0$/, "");
  return `${text} ${units[unit]}`;
}

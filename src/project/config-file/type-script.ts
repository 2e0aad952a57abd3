export function isTypeScript(path: string): boolean {
  return path.endsWith(".ts") || path.endsWith(".mts");
}

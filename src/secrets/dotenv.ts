const assignment =
  /^[ \t]*(?:export[ \t]+)?([^\s=#]+)[ \t]*=[ \t]*(?:"([^"]*)"|'([^']*)'|`([^`]*)`|([^#\n]*))/gm;

/**
 * Names and values of a file of `NAME=value` lines, as Node 24 reads them with `--env-file`. `util.parseEnv` of Node 22.15 keeps the
 * comment behind a value and stumbles over a second `=`, and a value must not depend on the Node that a deploy is made with.
 */
export function parseDotenv(text: string): ReadonlyMap<string, string> {
  const lines = text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  const values = new Map<string, string>();
  for (const [, name = "", double, single, back, plain = ""] of lines.matchAll(assignment)) {
    values.set(name, double?.replaceAll("\\n", "\n") ?? single ?? back ?? plain.trim());
  }
  return values;
}

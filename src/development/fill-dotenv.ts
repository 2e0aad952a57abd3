/** Draws the value of a secret. */
export type Draw = () => string;

/**
 * The text of `.env` with a value for each of these secrets: on the line that has none, in the place of the one that is commented out,
 * else at the end. Nothing else of the text changes.
 */
export function fillSecrets(text: string, secrets: readonly string[], draw: Draw): string {
  return secrets.reduce((filled, name) => fillOne(filled, name, draw()), text);
}

function fillOne(text: string, name: string, value: string): string {
  const line = `${name}=${value}`;
  for (const empty of [emptyLine(name, ""), emptyLine(name, "#[ \\t]*")]) {
    if (empty.test(text)) return text.replace(empty, () => line);
  }
  const separator = text === "" || text.endsWith("\n") ? "" : "\n";
  return `${text}${separator}${line}\n`;
}

/** `NAME=`, `NAME=""` or `export NAME=`, with nothing but a comment behind it. */
function emptyLine(name: string, before: string): RegExp {
  const escaped = name.replaceAll(/[^\w]/g, "\\$&");
  return new RegExp(
    `^[ \\t]*${before}(?:export[ \\t]+)?${escaped}[ \\t]*=[ \\t]*(?:""|'')?[ \\t]*(?:#.*)?$`,
    "m",
  );
}

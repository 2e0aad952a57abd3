const mark = "[REDACTED]";
/** A shorter value would blot out half of every line, and is no secret. */
const shortest = 4;

/** Makes a function that blots out the given secrets, their lines one by one, and their URL-encoded and base64 forms. */
export function redactor(secrets: Iterable<string>): (line: string) => string {
  const needles = [...new Set([...secrets].flatMap(formsOf))]
    .filter((form) => form.length >= shortest)
    .sort((a, b) => b.length - a.length);
  return (line) => needles.reduce((text, needle) => text.replaceAll(needle, mark), line);
}

function formsOf(secret: string): string[] {
  const parts = [secret, ...secret.split(/\r?\n/).map((line) => line.trim())];
  return parts.flatMap((part) => [
    part,
    encodeURIComponent(part.toWellFormed()),
    Buffer.from(part).toString("base64"),
    JSON.stringify(part).slice(1, -1),
  ]);
}

import { lookup } from "mrmime";

/** The type of a file by its name; text is UTF-8. */
export function contentType(name: string): string {
  const type = lookup(name) ?? "application/octet-stream";
  return isText(type) ? `${type}; charset=utf-8` : type;
}

/** Whether a browser would run what is in the file. */
export function isActive(name: string): boolean {
  return /html|xml|javascript|pdf/.test(lookup(name) ?? "");
}

function isText(type: string): boolean {
  return (
    type.startsWith("text/") ||
    type === "application/json" ||
    type === "image/svg+xml" ||
    type.endsWith("javascript")
  );
}

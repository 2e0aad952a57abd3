import { isFields } from "../../artifacts/kept-file.ts";

/** What a written site says of itself in its head: how it is asked, and which text it is. */
export interface SiteHead {
  readonly format: 1;
  /** Names the text; nginx says it of what it runs by, and so tells whether it has read what was written last. */
  readonly version: string;
  readonly scheme: "http" | "https";
  readonly port: number;
  /** The name that it answers to. */
  readonly name: string;
}

export function headLine(head: SiteHead): string {
  return `${mark}${JSON.stringify(head)}`;
}

/** `undefined` for what is no site of cozy's, or of a newer one. */
export function readSiteHead(text: string): SiteHead | undefined {
  const line = text.split("\n").find((one) => one.startsWith(mark));
  if (line === undefined) return undefined;
  let head: unknown;
  try {
    head = JSON.parse(line.slice(mark.length));
  } catch {
    return undefined;
  }
  return isSiteHead(head) ? head : undefined;
}

const mark = "# cozy ";

function isSiteHead(value: unknown): value is SiteHead {
  return (
    isFields(value) &&
    value["format"] === 1 &&
    typeof value["version"] === "string" &&
    (value["scheme"] === "http" || value["scheme"] === "https") &&
    typeof value["port"] === "number" &&
    typeof value["name"] === "string"
  );
}

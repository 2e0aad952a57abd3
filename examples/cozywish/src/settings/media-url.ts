import path from "node:path";

/** Where pictures are kept. Credentials for a bucket come by the variables that AWS's own tools read. */
export type MediaAddress =
  | { kind: "disk"; folder: string }
  | {
      kind: "s3";
      bucket: string;
      /** Empty, or ending with a slash. */
      prefix: string;
      region: string | undefined;
      /** A server other than AWS's own, asked by path (`endpoint/bucket/file`). */
      endpoint: string | undefined;
      /** Where browsers find the files if not at the bucket itself: a CDN, say. Ends with a slash. */
      publicUrl: string | undefined;
    };

const FORMS = "file:///absolute/folder or s3://bucket/prefix?region=eu-central-1";

export function parseMediaUrl(text: string | undefined): MediaAddress {
  if (text === undefined) return { kind: "disk", folder: path.resolve("media") };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "file:" && url.host === "" && url.pathname !== "/") {
    return { kind: "disk", folder: path.resolve(decodeURIComponent(url.pathname)) };
  }
  if (url?.protocol === "s3:" && /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(url.host)) return bucket(url);
  throw new Error(`"${text}" is not of the form ${FORMS}`);
}

function bucket(url: URL): MediaAddress {
  const prefix = decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, "");
  const given = (name: string) => url.searchParams.get(name) ?? undefined;
  const unknown = [...url.searchParams.keys()].find(
    (name) => !["region", "endpoint", "public"].includes(name),
  );
  if (unknown !== undefined) throw new Error(`"${unknown}" is none of region, endpoint, public`);
  const publicUrl = webAddress("public", given("public"));
  return {
    kind: "s3",
    bucket: url.host,
    prefix: prefix && `${prefix}/`,
    region: given("region"),
    endpoint: webAddress("endpoint", given("endpoint"))?.replace(/\/+$/, ""),
    publicUrl: publicUrl?.replace(/\/*$/, "/"),
  };
}

function webAddress(name: string, text: string | undefined): string | undefined {
  if (text === undefined || (/^https?:\/\//.test(text) && URL.canParse(text))) return text;
  throw new Error(`${name}: "${text}" is not an http(s) address`);
}

import path from "node:path";

/** Where the data is. The PostgreSQL address may hold a password: never log it. */
export type DatabaseAddress = { kind: "sqlite"; file: string } | { kind: "postgres"; url: string };

const POSTGRES_FORMS =
  "postgres://user:password@host/name, or postgres://user@/name?host=/folder for a unix socket";

/**
 * `sqlite:///data/x.sqlite` is relative to the working directory, `sqlite:////srv/x.sqlite` absolute.
 * The messages never repeat the address, since it may hold a password.
 */
export function parseDatabaseUrl(text: string): DatabaseAddress {
  const scheme = /^([a-z0-9+.-]+):/i.exec(text)?.[1]?.toLowerCase();
  switch (scheme) {
    case "sqlite":
      return { kind: "sqlite", file: sqliteFile(text) };
    case "postgres":
    case "postgresql":
      if (!isPostgresUrl(text)) throw new Error(`is not an address of the form ${POSTGRES_FORMS}`);
      return { kind: "postgres", url: text };
    case undefined:
      throw new Error("has no scheme; use sqlite:///file or postgres://user:password@host/name");
    default:
      throw new Error(`the scheme ${scheme}: is not known; use sqlite: or postgres:`);
  }
}

/** PostgreSQL's own form for a unix socket has a user and no host, which makes it no URL to everybody else. */
function isPostgresUrl(text: string): boolean {
  const onSocket = /^[a-z]+:\/\/[^/?#]+@\/[^?#]*\?(?:[^#]*&)?host=(?:\/|%2f)/i.test(text);
  return URL.canParse(onSocket ? text.replace("@/", "@socket/") : text);
}

function sqliteFile(text: string): string {
  const file = /^sqlite:\/\/\/(.+)$/i.exec(text)?.[1];
  if (!file) throw new Error("must be sqlite:///relative/file or sqlite:////absolute/file");
  return path.resolve(decodeURIComponent(file));
}

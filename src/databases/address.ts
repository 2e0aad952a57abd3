import { resolve } from "node:path";

/** Where a database is, as its shell needs it. */
export type DatabaseAddress =
  | { readonly kind: "sqlite"; readonly file: string }
  /** `variables` are those that every program of PostgreSQL reads, the password among them; `name` may be shown. */
  | {
      readonly kind: "postgres";
      readonly variables: Readonly<Record<string, string>>;
      readonly name: string;
    };

/**
 * Reads a `DATABASE_URL`. A relative file is relative to the application's folder, as the applications themselves take it. `undefined`
 * for any other kind of database. Pure.
 */
export function parseDatabaseAddress(text: string, folder: string): DatabaseAddress | undefined {
  const [, scheme = "", rest = ""] = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(text) ?? [];
  const [kind] = scheme.toLowerCase().split("+");
  if (kind === "sqlite" || kind === "sqlite3" || kind === "file") {
    const file = sqliteFile(rest);
    return file === undefined ? undefined : { kind: "sqlite", file: resolve(folder, file) };
  }
  if (kind === "postgres" || kind === "postgresql" || kind === "postgis") return postgres(rest);
  return undefined;
}

/** Three slashes are followed by a relative path, four by an absolute one; a plain path is taken as it is. */
function sqliteFile(rest: string): string | undefined {
  const [path = ""] = rest.split("?", 1);
  const file = path.replace(/^\/\/(?:localhost)?\//, "").replace(/^\/\//, "");
  return file === "" || file === ":memory:" ? undefined : decoded(file);
}

/** Options of an address that have a variable of their own. */
const optionVariables: Readonly<Record<string, string>> = {
  application_name: "PGAPPNAME",
  connect_timeout: "PGCONNECT_TIMEOUT",
  dbname: "PGDATABASE",
  host: "PGHOST",
  options: "PGOPTIONS",
  password: "PGPASSWORD",
  port: "PGPORT",
  sslcert: "PGSSLCERT",
  sslkey: "PGSSLKEY",
  sslmode: "PGSSLMODE",
  sslrootcert: "PGSSLROOTCERT",
  target_session_attrs: "PGTARGETSESSIONATTRS",
  user: "PGUSER",
};

function postgres(rest: string): DatabaseAddress | undefined {
  // An address without a host means the local socket, which the standard for addresses does not provide for beside a user.
  const address = `postgres:${rest.replace(/^\/\/([^/?#@]*@)?(?=[/?]|$)/, "//$1nowhere.invalid")}`;
  if (!URL.canParse(address)) return undefined;
  const { hostname, port, username, password, pathname, searchParams } = new URL(address);
  const given = {
    PGHOST: hostname === "nowhere.invalid" ? "" : decoded(hostname).replace(/^\[(.*)\]$/, "$1"),
    PGPORT: port,
    PGUSER: decoded(username),
    PGPASSWORD: decoded(password),
    PGDATABASE: decoded(pathname.slice(1)),
  };
  const options = [...searchParams].flatMap(([name, value]) => {
    const variable = optionVariables[name];
    return variable === undefined ? [] : [[variable, value] as const];
  });
  const all = [...Object.entries(given), ...options].filter(([, value]) => value !== "");
  const variables = Object.fromEntries(all);
  return { kind: "postgres", variables, name: variables["PGDATABASE"] ?? variables["PGUSER"] ?? "postgres" };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

import type { ExampleFile } from "../example-file.ts";
import type { Source } from "../files.ts";
import type { Findings, Found, FoundVariable } from "../findings.ts";
import type { Package } from "./package-file.ts";

const sqlitePackages = ["better-sqlite3", "sqlite3", "sqlite", "@libsql/client"];

/** The database and the uploaded files, as packages, sources and the example of the environment show them. */
export function findData(
  pkg: Package,
  sources: readonly Source[],
  example: ExampleFile | undefined,
): Pick<Findings, "sqlite" | "media" | "missing"> & { readonly variables: readonly FoundVariable[] } {
  const shown = (name: string): string | undefined =>
    example?.lines.find((line) => line.name === name)?.value;
  const media: Found<true> | undefined =
    example && shown("MEDIA_URL") !== undefined
      ? { value: true, where: `MEDIA_URL in ${example.name}` }
      : undefined;
  const dependency = sqlitePackages.find((name) => pkg.uses(name));
  const builtIn = sources.find(({ text }) => text.includes("node:sqlite"));
  const url = shown("DATABASE_URL") ?? "";
  const where = /^(sqlite|file):/.test(url)
    ? `DATABASE_URL in ${example?.name ?? ""}`
    : dependency === undefined
      ? builtIn && `node:sqlite in ${builtIn.path}`
      : `${dependency} in package.json`;
  if (where !== undefined) return { sqlite: { value: {}, where }, media, variables: [], missing: [] };
  const server = ["pg", "postgres", "mysql2", "mongodb", "mongoose"].find((name) => pkg.uses(name));
  if (server === undefined && url === "") return { sqlite: undefined, media, variables: [], missing: [] };
  const reads =
    example === undefined ||
    shown("DATABASE_URL") !== undefined ||
    sources.some(({ text }) => /\bDATABASE_URL\b/.test(text));
  const from = server === undefined ? (example?.name ?? "") : `${server} in package.json`;
  return {
    sqlite: undefined,
    media,
    variables: reads
      ? [
          {
            name: "DATABASE_URL",
            where: from,
            declaration: example ? "secret" : undefined,
            given: { from: "dotenv" },
          },
        ]
      : [],
    missing: [
      reads
        ? "A database that this version of cozy looks after: only SQLite is. DATABASE_URL leads to yours, and cozy leaves it alone."
        : `A database that this version of cozy looks after: only SQLite is. The server that \`${server ?? ""}\` connects to has to be there, and cozy leaves it alone.`,
    ],
  };
}

import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Node, Program } from "acorn";
import { CozyError, messageOf } from "../../errors/cozy-error.ts";
import { nearest } from "../../shared/nearest.ts";
import type { Position } from "./locate.ts";
import type { FailedImport, SeenImports } from "./module-hooks.ts";
import { parseSource } from "./parse-source.ts";
import { type SourcePlace, excerpt, placeOf, plainMessage, positionIn, shownPath } from "./source-excerpt.ts";
import { isTypeScript } from "./type-script.ts";

/** What is known of an import that failed. */
export interface ImportTrail extends SeenImports {
  readonly configPath: string;
  readonly index: URL;
}

/** An error of the import, told with the user's own line. */
export async function explained(error: unknown, trail: ImportTrail): Promise<CozyError> {
  const root = dirname(trail.configPath);
  if (trail.failed && trail.failed.error === error) return missingImport(trail.failed, root, error);
  return (
    (await unreadable(error, trail, root)) ??
    (await unknownBuilder(error, trail, root)) ??
    thrown(error, trail, root)
  );
}

/** Node says of a syntax error what it is, but not always where: the files are read again to find out. */
async function unreadable(error: unknown, trail: ImportTrail, root: string): Promise<CozyError | undefined> {
  for (const file of error instanceof SyntaxError ? trail.ownFiles : []) {
    const parsed = await parseSource(readText(file) ?? "", isTypeScript(file));
    if (parsed.ok) continue;
    const message = `${shownPath(file, root)} can't be read: ${plainMessage(error)}`;
    const place = { ...placeOf(parsed.error), ...placeOf(error), ...positionIn(parsed.error), file };
    return stopped("config-unreadable", message, place, root, error);
  }
  return undefined;
}

function thrown(error: unknown, trail: ImportTrail, root: string): CozyError {
  const place = placeOf(error, (file) => trail.ownFiles.includes(file)) ?? { file: trail.configPath };
  return stopped(
    "config-threw",
    `${shownPath(place.file, root)} stopped: ${messageOf(error)}`,
    place,
    root,
    error,
  );
}

/** A name that is imported from `cozywish` and that it does not have: Node calls that a syntax error too. */
async function unknownBuilder(
  error: unknown,
  trail: ImportTrail,
  root: string,
): Promise<CozyError | undefined> {
  const cozy: object = await import(trail.index.href);
  const known = Object.keys(cozy);
  for (const file of error instanceof SyntaxError ? trail.ownFiles : []) {
    const parsed = await parseSource(readText(file) ?? "", isTypeScript(file));
    const unknown = (parsed.ok ? importedFromCozy(parsed.program) : []).find(
      ({ name }) => !known.includes(name),
    );
    if (!unknown) continue;
    const near = nearest(unknown.name, known);
    const hint = near.length > 0 ? `; did you mean ${near.map((one) => `\`${one}\``).join(" or ")}?` : "";
    const message = `\`cozywish\` has no \`${unknown.name}\`${hint}`;
    return stopped("config-import-missing", message, { file, ...unknown.position }, root, error);
  }
  return undefined;
}

function importedFromCozy(
  program: Program,
): { readonly name: string; readonly position: Partial<Position> }[] {
  return program.body.flatMap((statement) => {
    if (statement.type !== "ImportDeclaration" || statement.source.value !== "cozywish") return [];
    return statement.specifiers.flatMap((specifier) => {
      if (specifier.type !== "ImportSpecifier" || specifier.imported.type !== "Identifier") return [];
      return [{ name: specifier.imported.name, position: startOf(specifier) }];
    });
  });
}

async function missingImport(failed: FailedImport, root: string, cause: unknown): Promise<CozyError> {
  const file = failed.from.startsWith("file:") ? fileURLToPath(failed.from) : failed.from;
  const parsed = await parseSource(readText(file) ?? "", isTypeScript(file));
  const statements = parsed.ok ? parsed.program.body : [];
  const source = statements
    .map((statement) => ("source" in statement ? statement.source : undefined))
    .find((one) => one?.value === failed.specifier);
  const place = { file, ...(source && startOf(source)) };
  const message = `${shownPath(file, root)} imports "${failed.specifier}", which is not there.`;
  return stopped("config-import-missing", message, place, root, cause);
}

function startOf(node: Node): Partial<Position> {
  return node.loc ? { line: node.loc.start.line, column: node.loc.start.column + 1 } : {};
}

function stopped(
  code: "config-threw" | "config-unreadable" | "config-import-missing",
  message: string,
  place: SourcePlace,
  root: string,
  cause: unknown,
): CozyError {
  return new CozyError(code, {
    message,
    details: excerpt(place, readText(place.file), root),
    next: "Fix it, then run `cozy check`.",
    cause,
  });
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

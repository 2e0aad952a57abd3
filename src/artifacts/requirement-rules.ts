import { CozyError } from "../errors/cozy-error.ts";
import type { Requirement } from "./requirement-lines.ts";

const refused: Partial<Record<Requirement["kind"], string>> = {
  local: "a file or folder of this machine",
  editable: "an editable installation",
  moving: "an address whose content can change: a full commit is missing",
};

/** Refuses what another machine would not have, or what could be another thing tomorrow. */
export function refuseOthers(requirements: readonly Requirement[]): void {
  const found = requirements.filter(
    ({ kind, hashed }) => refused[kind] !== undefined || (kind === "archive" && !hashed),
  );
  const [first] = found;
  if (first === undefined) return;
  const why = refused[first.kind] ?? "an address without a hash";
  throw new CozyError("requirement-refused", {
    message: `${first.file}:${first.line}: \`${first.text}\` is ${why}; a release is to come out the same wherever it is built.`,
    state: "Nothing was built.",
    next: instead(first),
    details: found.map(({ file, line, text }) => `${file}:${line}: ${text}`),
  });
}

function instead({ kind, text }: Requirement): string {
  if (kind === "moving") {
    return `Write the full commit: ${text.replace(/@[^@/#]*(?=#|$)/, "")}@<40 hexadecimal digits>`;
  }
  if (kind === "archive") return "Append the file's hash to its address: #sha256=<64 hexadecimal digits>";
  return "Publish the package to an index and pin its version there, or move its code into the application.";
}

export interface RequirementsFile {
  readonly file: string;
  /** What it would be made from. */
  readonly source: string;
  readonly sourceIsThere: boolean;
  readonly someHashed: boolean;
}

/** Refuses packages without an exact version, and those without a hash where others have one. */
export function refuseUnpinned(
  { file, source, sourceIsThere, someHashed }: RequirementsFile,
  requirements: readonly Requirement[],
): void {
  const unpinned = requirements.filter(({ kind }) => kind === "unpinned");
  const unhashed = someHashed
    ? requirements.filter((requirement) => !requirement.hashed && requirement.kind !== "commit")
    : [];
  const found = unpinned.length > 0 ? unpinned : unhashed;
  if (found.length === 0) return;
  const what = unpinned.length > 0 ? "no exact version" : "no hash, though others have";
  const named = found.slice(0, 3).map(({ text }) => `\`${text}\``);
  const more = found.length > 3 ? ` and ${found.length - 3} more` : "";
  const move = source === file || sourceIsThere ? "" : `git mv ${file} ${source} && `;
  throw new CozyError("requirements-unpinned", {
    message: `${file}: ${named.join(", ")}${more} ${found.length === 1 ? "has" : "have"} ${what}; two builds could differ.`,
    state: "Nothing was built.",
    next: `${move}uv pip compile --universal --generate-hashes ${source} --output-file ${file} && git add ${source} ${file} && git commit`,
    details: found.map(({ file: where, line, text }) => `${where}:${line}: ${text}`),
  });
}

/** The reference page of all errors. Written anew by: npx node src/errors/reference.ts > docs/reference/errors.md */
import { catalogue } from "./catalogue.ts";
import type { ErrorRecord, Fault } from "./cozy-error.ts";
import { exitCodes } from "./exit-code.ts";

export function errorReference(records: Readonly<Record<string, ErrorRecord>>): string {
  const faults: readonly Fault[] = ["yours", "outside", "interrupted", "ours"];
  return [
    "# Errors",
    "",
    "Every error of cozy has a permanent code. It says what happened, what state the environment is in now, and the exact next command;",
    'with `--json` it is one line: `{"type":"error","code","fault","title","message","details","state","next","causes"}`.',
    "",
    "| whose fault | exit code | what it means |",
    "|---|---|---|",
    ...faults.map((fault) => `| ${fault} | ${exitCodes[fault]} | ${meanings[fault]} |`),
    ...faults.flatMap((fault) => section(fault, records)),
    "",
  ].join("\n");
}

const meanings: Readonly<Record<Fault, string>> = {
  yours: "The command, the config or the application has to change; trying again alone does not help.",
  outside: "A host, a program or another deployer stood in the way; trying again can help.",
  interrupted: "Someone stopped the command.",
  ours: "A defect of cozy. Please report it: `npm bugs cozywish`.",
};

const headings: Readonly<Record<Fault, string>> = {
  yours: "Yours to mend",
  outside: "From outside",
  interrupted: "Interrupted",
  ours: "Ours",
};

function section(fault: Fault, records: Readonly<Record<string, ErrorRecord>>): string[] {
  const codes = Object.keys(records).filter((code) => records[code]?.fault === fault);
  if (codes.length === 0) return [];
  const rows = codes.toSorted().map((code) => `| \`${code}\` | ${records[code]?.title ?? ""} |`);
  return ["", `## ${headings[fault]}`, "", "| code | what happened |", "|---|---|", ...rows];
}

if (import.meta.main) process.stdout.write(errorReference(catalogue));

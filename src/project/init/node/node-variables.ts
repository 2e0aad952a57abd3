import { type ExampleFile, exampleVariables, isBrought } from "../example-file.ts";
import type { Source } from "../files.ts";
import type { Findings, FoundVariable } from "../findings.ts";

/** Names that a bundler writes into what browsers get. */
const builtIn = /^(?:NEXT_PUBLIC|NUXT_PUBLIC|VITE|REACT_APP|PUBLIC)_/;

/** The variables that a Node application reads, by its example of an environment. */
export function nodeVariables(
  sources: readonly Source[],
  example: ExampleFile | undefined,
  others: readonly FoundVariable[],
): Pick<Findings, "variables" | "buildVariables" | "missing"> {
  const shown = exampleVariables(example);
  const built = (example?.lines ?? []).filter(
    ({ name, commentedOut }) => builtIn.test(name) && !commentedOut,
  );
  const variables = [...shown.filter(({ name }) => !builtIn.test(name)), ...others].map(
    (one): FoundVariable =>
      // Once some are declared, all that are given have to be.
      one.declaration === undefined && example ? { ...one, declaration: "optional" } : one,
  );
  return {
    variables,
    buildVariables: Object.fromEntries(
      built.filter(({ value }) => value !== "").map(({ name, value }) => [name, value]),
    ),
    missing: [
      ...(example ? [] : [unchecked(sources)]),
      ...sentence(
        built.filter(({ value }) => value === "").map(({ name }) => name),
        (names) =>
          `Values of ${names}: they are built into the pages, the same for all environments. Set those that you use in \`build.variables\`.`,
      ),
      ...sentence(
        variables.filter(({ given }) => given?.from === "dotenv").map(({ name }) => name),
        (names) =>
          `Values of ${names}: they are read from .env, which git has to ignore. Write a line NAME=value for each, and declare as \`optional()\` what can be left out.`,
      ),
    ],
  };
}

function unchecked(sources: readonly Source[]): string {
  const names = new Set(
    sources.flatMap(({ text }) =>
      [...text.matchAll(/\bprocess\.env\.([A-Z][A-Z0-9_]*)/g)].map(([, name = ""]) => name),
    ),
  );
  const read = [...names].filter((name) => !isBrought(name)).slice(0, 12);
  const which =
    read.length === 0 ? "" : ` Its sources name ${read.join(", ")}: declare them in \`variables\`.`;
  return `The variables that the application reads: there is no .env.example, so they are not checked.${which}`;
}

function sentence(names: readonly string[], text: (names: string) => string): string[] {
  return names.length === 0 ? [] : [text(names.join(", "))];
}

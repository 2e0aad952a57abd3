import { splitCommand } from "../../command-words.ts";
import type { CommandText } from "../findings.ts";
import type { Package } from "./package-file.ts";

/** Programs whose package has another name. */
const packages: Readonly<Record<string, string>> = {
  nest: "@nestjs/cli",
  "react-router-serve": "@react-router/serve",
  "remix-serve": "@remix-run/serve",
  dotenv: "dotenv-cli",
  sequelize: "sequelize-cli",
  tsc: "typescript",
};

/** What a release runs comes from `dependencies`: a command that needs a development package is told before it fails. */
export function developmentPrograms(
  pkg: Package,
  commands: readonly { readonly what: string; readonly command: CommandText }[],
): string[] {
  return commands.flatMap(({ what, command }) => {
    const found = wordsOf(pkg, command)
      .map((word) => packages[word] ?? word)
      .filter((name) => pkg.onlyDevelops(name));
    return [...new Set(found)].map(
      (name) =>
        `\`${name}\`, which \`${what}\` runs: it is a development dependency, and a release has only \`dependencies\`. Run \`npm install --save-prod ${name}\`.`,
    );
  });
}

function wordsOf(pkg: Package, command: CommandText): readonly string[] {
  if (typeof command !== "string") return command.flatMap((word) => word.split(/\s+/));
  const split = splitCommand(command);
  const words = split.ok ? split.words : command.split(/\s+/);
  const script = words[0] === "npm" && words[1] === "run" ? pkg.scripts[words[2] ?? ""] : undefined;
  return script === undefined ? words : script.split(/\s+/);
}

import { CozyError } from "../errors/cozy-error.ts";
import { withoutNpm, type PackageScripts } from "./npm-script.ts";
import { readPackageScripts } from "./package-scripts.ts";

/** A command of a release in this folder of its application, as it is run: without npm, which no release has. */
export async function releaseCommand(words: readonly string[], folder: string): Promise<readonly string[]> {
  const [program = ""] = words;
  if (program !== "npm" && program !== "npx") return words;
  return commandIn(words, await readPackageScripts(folder));
}

/** The same where the scripts are known. Pure. */
export function commandIn(words: readonly string[], pkg: PackageScripts): readonly string[] {
  const found = withoutNpm(words, pkg);
  if (found.kind === "as it is") return words;
  if (found.kind === "command") return found.command;
  throw npmInRelease(
    `\`${words.join(" ")}\` can't be run in a release: ${found.why}.`,
    "Nothing was started.",
  );
}

export function npmInRelease(message: string, state: string): CozyError {
  return new CozyError("npm-in-release", {
    message,
    state,
    next: "Write the program that it starts in the place of npm, with its arguments; programs of packages are found by their name.",
  });
}

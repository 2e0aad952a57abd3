import { isObject } from "../schema/walk.ts";
import type { Files } from "./files.ts";

/** What `cozy init` needs of a package.json. */
export interface Package {
  readonly name: string | undefined;
  readonly main: string | undefined;
  readonly scripts: Readonly<Record<string, string>>;
  readonly uses: (dependency: string) => boolean;
  /** How a script is run with the package manager whose lock file there is: `npm run`. */
  readonly run: string;
}

/** `undefined` where there is no package.json that can be read. */
export function readPackage(files: Files): Package | undefined {
  const parsed = parsedObject(files.read("package.json"));
  if (!parsed) return undefined;
  const dependencies = new Set(
    ["dependencies", "devDependencies", "optionalDependencies"].flatMap((kind) =>
      Object.keys(strings(parsed[kind])),
    ),
  );
  return {
    name: typeof parsed["name"] === "string" ? parsed["name"] : undefined,
    main: typeof parsed["main"] === "string" ? parsed["main"] : undefined,
    scripts: strings(parsed["scripts"]),
    uses: (dependency) => dependencies.has(dependency),
    run: runner(files),
  };
}

function runner(files: Files): string {
  if (files.read("pnpm-lock.yaml") !== undefined) return "pnpm run";
  return files.read("yarn.lock") !== undefined ? "yarn run" : "npm run";
}

function parsedObject(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(text ?? "");
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function strings(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

import { isObject } from "../../schema/walk.ts";
import type { Files } from "../files.ts";

/** What `cozy init` needs of a package.json. */
export interface Package {
  readonly name: string | undefined;
  readonly main: string | undefined;
  readonly scripts: Readonly<Record<string, string>>;
  /** Whether it is among the dependencies of any kind. */
  readonly uses: (dependency: string) => boolean;
  /** The major version that is asked for. */
  readonly major: (dependency: string) => number | undefined;
  /** Whether it is there while the application is built and tested, and not in a release. */
  readonly onlyDevelops: (dependency: string) => boolean;
  readonly hasDependencies: boolean;
  readonly workspaces: boolean;
}

/** `undefined` where there is no package.json that can be read. */
export function readPackage(files: Files, path = "package.json"): Package | undefined {
  const parsed = parsedObject(files.read(path));
  if (!parsed) return undefined;
  const running = new Map(
    ["dependencies", "optionalDependencies"].flatMap((kind) => Object.entries(strings(parsed[kind]))),
  );
  const developing = new Map(Object.entries(strings(parsed["devDependencies"])));
  return {
    name: typeof parsed["name"] === "string" ? parsed["name"] : undefined,
    main: typeof parsed["main"] === "string" ? parsed["main"] : undefined,
    scripts: strings(parsed["scripts"]),
    uses: (dependency) => running.has(dependency) || developing.has(dependency),
    major: (dependency) => {
      const asked = /\d+/.exec(running.get(dependency) ?? developing.get(dependency) ?? "")?.[0];
      return asked === undefined ? undefined : Number(asked);
    },
    onlyDevelops: (dependency) => developing.has(dependency) && !running.has(dependency),
    hasDependencies: running.size + developing.size > 0,
    workspaces:
      parsed["workspaces"] !== undefined || /^packages:/m.test(files.read("pnpm-workspace.yaml") ?? ""),
  };
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

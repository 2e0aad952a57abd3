import type { Files } from "./files.ts";

/**
 * What the project file is called. Where the application's own TypeScript would compile a `.ts` file in its folder, it is plain
 * JavaScript: compiled along, it would miss its types, and move what the compiler leaves to another place.
 */
export function configName(files: Files): "cozy.config.ts" | "cozy.config.mjs" {
  const compiles = ["tsconfig.json", "tsconfig.build.json"].some((name) => takesIn(files, name));
  return compiles ? "cozy.config.mjs" : "cozy.config.ts";
}

/** Whether a configuration of TypeScript takes in files beside it. */
function takesIn(files: Files, name: string): boolean {
  const text = withoutComments(files.read(name) ?? "");
  if (text === "" || /"references"\s*:\s*\[\s*\{/.test(text) || listIn(text, "files") !== undefined)
    return false;
  if (
    (listIn(text, "exclude") ?? []).some((one) =>
      /^(?:\.\/)?(?:\*|cozy\.config\.\*|cozy\.config\.ts|\*\.config\.ts|\*\*\/\*\.config\.ts)$/.test(one),
    )
  )
    return false;
  const include = listIn(text, "include");
  if (include)
    return include.some((one) =>
      /^(?:\.\/)?(?:\.|\*|\*\*|\*\*\/\*|\*\.ts|\*\*\/\*\.ts|\*\*\/\*\.\*)$/.test(one),
    );
  const base = /"extends"\s*:\s*"(\.{1,2}\/[^"]+)"/.exec(text)?.[1]?.replace(/^\.\//, "");
  if (base === undefined) return true;
  // What a framework makes in a folder of its own names the folders of its sources.
  return files.read(base) === undefined ? false : takesIn(files, base);
}

function listIn(text: string, key: string): readonly string[] | undefined {
  const inside = new RegExp(`"${key}"\\s*:\\s*\\[([^\\]]*)\\]`).exec(text)?.[1];
  return inside === undefined ? undefined : [...inside.matchAll(/"([^"]*)"/g)].map(([, one = ""]) => one);
}

function withoutComments(text: string): string {
  return text.replace(/^\s*\/\/.*$/gm, "").replace(/\/\*[^*"]*\*\//g, "");
}

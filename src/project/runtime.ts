import type { RuntimeRequest } from "./project.ts";

type Engine = RuntimeRequest["engine"];

/** The files in which an application may name its Node or Python, nearest folder first. */
export interface RuntimeFile {
  /** As messages name it: `.node-version`, `packages/web/.nvmrc`. */
  readonly name: string;
  readonly text: string;
}

export const runtimeFileNames = {
  node: [".node-version", ".nvmrc", "package.json"],
  python: [".python-version", "pyproject.toml", "runtime.txt"],
} as const satisfies Record<Engine, readonly string[]>;

/** What was found: a version, or what a message can say of why there is none. */
export type RuntimeFound =
  | { readonly ok: true; readonly runtime: RuntimeRequest }
  /** `asked` is what a file asks for instead of a version. */
  | { readonly ok: false; readonly reason: string; readonly asked?: string };

const versionOrRange = {
  node: /^[\d.\sx*<>=^~|-]*\d[\d.\sx*<>=^~|-]*$/,
  python: /^[\d.\s,*<>=!~^]*\d[\d.\s,*<>=!~^]*$/,
} as const satisfies Record<Engine, RegExp>;

const names = { node: "Node", python: "Python" } as const;
const examples = { node: '"24"', python: '"3.12"' } as const;

/** The Node or Python that an application's own files ask for; the first file that names one decides. */
export function findRuntime(files: readonly RuntimeFile[], engine: Engine = "node"): RuntimeFound {
  for (const file of files) {
    const [asked, source] = askedBy(file);
    if (asked === "") continue;
    const version = asked.replace(/^(?:v|python-)(?=\d)/, "");
    if (versionOrRange[engine].test(version)) return { ok: true, runtime: { engine, version, source } };
    const instead = `${source} asks for ${JSON.stringify(asked)}, which is no version`;
    return {
      ok: false,
      asked: instead,
      reason: `is left out, and ${instead}; write a number there, or set \`runtime\``,
    };
  }
  return {
    ok: false,
    reason: `is missing: write a version of ${names[engine]} such as ${examples[engine]} here, or to \`.${engine}-version\``,
  };
}

/** What a file asks for, and how messages name the place. */
function askedBy({ name, text }: RuntimeFile): readonly [asked: string, source: string] {
  if (name.endsWith("package.json")) return [engineOf(text) ?? "", `${name} engines`];
  // Lines of TOML that the whole grammar need not be known for: the standard's own, or Poetry's.
  if (name.endsWith("pyproject.toml")) {
    const [, key, asked] = /^\s*(requires-python|python)\s*=\s*["']([^"']+)["']/m.exec(text) ?? [];
    return [asked?.trim() ?? "", `${name} ${key}`];
  }
  const [first = ""] = text.replace(/#.*$/gm, "").trim().split("\n");
  return [first.trim(), name];
}

function engineOf(packageText: string): string | undefined {
  try {
    const parsed: { engines?: { node?: unknown } } | null = JSON.parse(packageText);
    const node = parsed?.engines?.node;
    return typeof node === "string" ? node.trim() : undefined;
  } catch {
    return undefined; // A package.json that can't be read is npm's to complain of, with a better message.
  }
}

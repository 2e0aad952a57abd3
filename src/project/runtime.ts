import type { RuntimeRequest } from "./project.ts";

/** The files in which an application may name its Node, nearest folder first. */
export interface RuntimeFile {
  /** As messages name it: `.node-version`, `packages/web/.nvmrc`. */
  readonly name: string;
  readonly text: string;
}

export const runtimeFileNames = [".node-version", ".nvmrc", "package.json"] as const;

/** What was found: a version, or what a message can say of why there is none. */
export type RuntimeFound =
  | { readonly ok: true; readonly runtime: RuntimeRequest }
  /** `asked` is what a file asks for instead of a version. */
  | { readonly ok: false; readonly reason: string; readonly asked?: string };

const versionOrRange = /^[\d.\sx*<>=^~|-]*\d[\d.\sx*<>=^~|-]*$/;

/** The Node that an application's own files ask for; the first file that names one decides. */
export function findRuntime(files: readonly RuntimeFile[]): RuntimeFound {
  for (const file of files) {
    const isPackage = file.name.endsWith("package.json");
    const asked = (isPackage ? engineOf(file.text) : file.text.replace(/#.*$/gm, "").trim()) ?? "";
    if (asked === "") continue;
    const version = asked.replace(/^v(?=\d)/, "");
    const source = isPackage ? `${file.name} engines` : file.name;
    if (versionOrRange.test(version)) return { ok: true, runtime: { engine: "node", version, source } };
    const instead = `${source} asks for ${JSON.stringify(asked)}, which is no version`;
    return {
      ok: false,
      asked: instead,
      reason: `is left out, and ${instead}; write a number there, or set \`runtime\``,
    };
  }
  return {
    ok: false,
    reason: 'is missing: write a version of Node such as "24" here, or to `.node-version`',
  };
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

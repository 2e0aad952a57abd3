import { findRuntime, runtimeFileNames } from "../runtime.ts";
import type { RuntimeRequest } from "../project.ts";
import type { Files } from "./files.ts";
import type { Findings, Found, Note } from "./findings.ts";

type Engine = RuntimeRequest["engine"];

const names = { node: "Node", python: "Python" } as const satisfies Record<Engine, string>;
const files = {
  node: "there is no .node-version, .nvmrc or engines",
  python: "there is no .python-version or requires-python",
} as const satisfies Record<Engine, string>;

/** The version that the application's own files ask for, else its Dockerfile's, else `otherwise`. */
export function findRuntimeVersion(
  folder: Files,
  engine: Engine,
  otherwise: Found<string> & { readonly missing: string },
): Pick<Findings, "runtime"> & {
  /** What a file of the application asks for. */
  readonly asked?: string | undefined;
  readonly notes: readonly Note[];
  readonly missing: readonly string[];
} {
  const name = names[engine];
  const found = findRuntime(
    runtimeFileNames[engine].flatMap((file) => {
      const text = folder.read(file);
      return text === undefined ? [] : [{ name: file, text }];
    }),
    engine,
  );
  if (found.ok) {
    const from = `${found.runtime.version} from ${found.runtime.source}`;
    const note = { comment: `The version of ${name} is ${from}.`, found: `${name}: ${from}` };
    return { runtime: undefined, asked: found.runtime.version, notes: [note], missing: [] };
  }
  const image = new RegExp(`^FROM\\s+(?:\\S*/)?${engine}:(\\d+(?:\\.\\d+)*)`, "im").exec(
    folder.read("Dockerfile") ?? "",
  );
  if (image?.[1] !== undefined && found.asked === undefined)
    return { runtime: { value: image[1], where: "Dockerfile" }, notes: [], missing: [] };
  const { value, where, missing } = otherwise;
  return {
    runtime: { value, where },
    notes: [],
    missing: [`The version of ${name}: ${found.asked ?? files[engine]}. ${missing}`],
  };
}

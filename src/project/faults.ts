/** Something wrong with the project file, at a place in it. */
export interface Fault {
  readonly path: Path;
  readonly message: string;
  /** Whether the line to look at is that of the key (an unknown one) or of its value. */
  readonly at: "key" | "value";
}

export function fault(path: Path, message: string, at: Fault["at"] = "value"): Fault {
  return { path, message, at };
}

export type Path = readonly (string | number)[];

/** `environments.staging.target.port`, `app.smoke[0].path`. */
export function pathText(path: Path): string {
  return path
    .map((part, i) => {
      if (typeof part === "number") return `[${String(part)}]`;
      return /^[\w-]+$/.test(part) ? (i === 0 ? part : `.${part}`) : `[${JSON.stringify(part)}]`;
    })
    .join("");
}

export function isWithin(path: Path, outer: Path): boolean {
  return outer.length <= path.length && outer.every((part, i) => part === path[i]);
}

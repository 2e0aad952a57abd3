import { dirname, isAbsolute, join } from "node:path";
import { NginxSyntaxError, parseNginx, type Directive } from "./parse-nginx.ts";

/** A directive with where it stands. */
export interface Placed {
  readonly name: string;
  readonly args: readonly string[];
  readonly line: number;
  readonly path: string;
  readonly parent: Placed | undefined;
  /** What its braces hold, with the included files taken in; none where it has no braces. */
  readonly block: readonly Placed[] | undefined;
}

/** Text that nginx would not read, with its file. */
export class UnreadableFile extends Error {
  readonly path: string;
  readonly line: number;

  constructor(path: string, { message, line }: NginxSyntaxError) {
    super(message);
    this.path = path;
    this.line = line;
  }
}

/** The directives of a file, with those of the files that it includes in their place; what is not among the files is left out. */
export function placeFile(
  files: ReadonlyMap<string, string>,
  path: string,
  parent?: Placed,
  including: readonly string[] = [],
): readonly Placed[] {
  return placeAll(parsed(files.get(path) ?? "", path), {
    files,
    path,
    parent,
    including: [...including, path],
  });
}

/** A directive and everything within its braces. */
export function withInner(placed: Placed): readonly Placed[] {
  return [placed, ...(placed.block ?? []).flatMap(withInner)];
}

/** The nearest surrounding directive of a name. */
export function within(placed: Placed, name: string): Placed | undefined {
  for (let at = placed.parent; at !== undefined; at = at.parent) if (at.name === name) return at;
  return undefined;
}

/** Directives of a name at the very level that a directive stands at. */
export function beside(placed: Placed, all: readonly Placed[], name: string): readonly Placed[] {
  return all.filter((one) => one.parent === placed.parent && one.name === name);
}

interface Place {
  readonly files: ReadonlyMap<string, string>;
  readonly path: string;
  readonly parent: Placed | undefined;
  readonly including: readonly string[];
}

function placeAll(directives: readonly Directive[], place: Place): readonly Placed[] {
  const { files, path, parent, including } = place;
  return directives.flatMap((directive): readonly Placed[] => {
    if (directive.name === "include") {
      const [named = ""] = directive.args;
      const included = isAbsolute(named) ? named : join(dirname(path), named);
      if (!files.has(included) || including.includes(included)) return [];
      return placeFile(files, included, parent, including);
    }
    const { name, args, line, block } = directive;
    const inner: Placed[] = [];
    const placed: Placed = { name, args, line, path, parent, block: block && inner };
    if (block !== undefined) inner.push(...placeAll(block, { ...place, parent: placed }));
    return [placed];
  });
}

function parsed(text: string, path: string): readonly Directive[] {
  try {
    return parseNginx(text);
  } catch (error) {
    throw error instanceof NginxSyntaxError ? new UnreadableFile(path, error) : error;
  }
}

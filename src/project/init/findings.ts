/** Something that was found, and where: the comment beside it in the project file says so. */
export interface Found<T> {
  readonly value: T;
  readonly where: string;
}

/** What `cozy init` saw of a Node application. */
export interface Findings {
  readonly name: Found<string>;
  /** Absent where a file of the application names a version, which is then read from there. */
  readonly runtime: Found<string> | undefined;
  /** The version of Node and the file that it is read from, as a message says it. */
  readonly runtimeFrom: string | undefined;
  readonly build: Found<CommandText> | undefined;
  readonly processes: readonly (Found<CommandText> & { readonly type: string })[];
  readonly migrate: Found<CommandText> | undefined;
  readonly static: Found<{ readonly folder: string; readonly url: string }> | undefined;
  readonly readyPath: Found<string> | undefined;
  readonly persist: readonly Found<string>[];
  readonly sqlite: Found<true> | undefined;
  readonly media: Found<true> | undefined;
  readonly variables: readonly FoundVariable[];
  /** What was looked for in vain, or can't be carried out yet: a sentence each. */
  readonly missing: readonly string[];
}

/** A command as it is written in the project file. */
export type CommandText = string | readonly string[];

export interface FoundVariable {
  readonly name: string;
  /** How it is declared; not at all where nothing tells that the list is whole. */
  readonly declaration: "required" | "optional" | "secret" | "optional-secret" | undefined;
  /** Where an environment gets its value from, if it has to. */
  readonly given:
    | { readonly from: "literal"; readonly value: string }
    | { readonly from: "generated" | "dotenv" }
    | undefined;
  readonly where: string;
}

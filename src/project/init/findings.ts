/** Something that was found, and where: the comment beside it in the project file says so. */
export interface Found<T> {
  readonly value: T;
  readonly where: string;
}

/** What `cozy init` saw of an application. */
export interface Findings {
  readonly stack: "node" | "django";
  readonly name: Found<string>;
  /** What cozy reads from the application's own files, so that it need not stand in the project file. */
  readonly notes: readonly Note[];
  /** Absent where a file of the application names a version, which is then read from there. */
  readonly runtime: Found<string> | undefined;
  /** Django's settings module, where it is not the one that `manage.py` names. */
  readonly settings: Found<string> | undefined;
  /** The file that locks Python's packages, where cozy would not take it by itself. */
  readonly requirements: Found<string> | undefined;
  readonly build: Found<CommandText> | undefined;
  /** What is built into the pages, the same for all environments. */
  readonly buildVariables: Readonly<Record<string, string>>;
  /** What is done in the built artifact, before it is stored. */
  readonly afterBuild?: Found<CommandText> | undefined;
  readonly processes: readonly FoundProcess[];
  readonly migrate: Found<CommandText | false> | undefined;
  readonly static: Found<FoundStatic> | undefined;
  readonly ready: FoundReady | undefined;
  /** Pages that must answer before a release takes traffic. */
  readonly smoke: readonly string[];
  readonly persist: readonly Found<string>[];
  readonly sqlite: Found<{ readonly variable?: string | undefined }> | undefined;
  readonly media: Found<true> | undefined;
  readonly variables: readonly FoundVariable[];
  /** What was looked for in vain, or can't be carried out yet, with what to do: a sentence each. */
  readonly missing: readonly string[];
}

export interface Note {
  /** A comment in the project file. */
  readonly comment: string;
  /** The same as a line of the report. */
  readonly found: string;
}

/** A command as it is written in the project file. */
export type CommandText = string | readonly string[];

/** A process type; one without a command has the stack's own. */
export interface FoundProcess {
  readonly type: string;
  readonly command: CommandText | undefined;
  readonly where: string;
  readonly listen?: Found<"port"> | undefined;
  readonly server?: "uvicorn" | undefined;
  readonly workers?: number | undefined;
  readonly singleton?: boolean | undefined;
}

export interface FoundStatic {
  readonly folder?: string | undefined;
  readonly url?: string | undefined;
}

export interface FoundReady {
  readonly path: string | undefined;
  /** The name to ask by, where the application answers only to names that it knows. */
  readonly host?: string | undefined;
  readonly where: string;
}

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

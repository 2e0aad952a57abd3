import type { DjangoFacts } from "../artifacts/manifest.ts";
import type { KeptRuntime, Trees } from "../artifacts/kept-runtime.ts";
import type { RuntimeChoice } from "../artifacts/runtime.ts";
import type { Workshop } from "../artifacts/workshop.ts";
import type { App } from "../project/project.ts";
import type { AddressNames } from "./django.ts";

/** What differs from one stack to another on the way from a commit to an artifact; the recipe itself is one. */
export interface Stack {
  /** Entries at the top of the application that are no part of an artifact. */
  readonly leftOut: readonly string[];
  /** Refuses a commit that holds what is made from it. */
  checkSource(site: BuildSite): Promise<void>;
  keepRuntime(site: BuildSite): Promise<KeptRuntime>;
  keepTrees(site: BuildSite, runtime: KeptRuntime): Promise<Trees>;
  /** Makes the folder ready for the build command; gives the command's whole environment. */
  beforeCommand(
    site: BuildSite,
    runtime: KeptRuntime,
    trees: Trees,
  ): Promise<Readonly<Record<string, string>>>;
  /** Takes away what only the build command needed. */
  afterCommand(site: BuildSite): Promise<void>;
  /** What the application says of itself when it is built; may add files to it. */
  complete(site: BuildSite, runtime: KeptRuntime, trees: Trees): Promise<StackFacts>;
}

/** One build: the application's folder, and what it may use. */
export interface BuildSite {
  readonly app: App;
  readonly commit: string;
  /** The application's folder, checked out; it becomes the artifact's. */
  readonly folder: string;
  /** A folder around it that is gone when the build has ended. */
  readonly work: string;
  readonly choice: RuntimeChoice;
  /** The values of `build.secrets`, by name. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly addressNames: AddressNames;
  /** Names of variables that the application has when it runs, and the build has not. */
  readonly runTimeNames: readonly string[];
  readonly redact: (line: string) => string;
  readonly workshop: Workshop;
}

export interface StackFacts {
  /** Relative to the application. */
  readonly staticFolder: string | undefined;
  readonly django: DjangoFacts | undefined;
}

/** Loaded when it is needed: an application of one stack has no use for the other's code. */
export async function stackOf(name: App["stack"]): Promise<Stack> {
  if (name === "django") return (await import("./django-stack.ts")).djangoStack;
  return (await import("./node-stack.ts")).nodeStack;
}

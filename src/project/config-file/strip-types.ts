import * as nodeModule from "node:module";
import { withoutExperimentalWarnings } from "./quiet.ts";

/** JavaScript of the same length and with the same lines. */
export function stripTypes(source: string): string {
  return withoutExperimentalWarnings(() => nodeModule.stripTypeScriptTypes(source));
}

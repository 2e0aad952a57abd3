import { nodesOwn } from "../agent/upload-artifact.ts";

/** What of a kept runtime is the machine's own, and no part of what other machines get. Pure. */
export function leftOutOf(runtime: string): readonly string[] {
  return runtime.startsWith("node-") ? nodesOwn.leftOut : [];
}

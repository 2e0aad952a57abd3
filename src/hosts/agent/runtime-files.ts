/** The npm beside a kept Node is a link to this machine's own, and no release needs it. */
export const nodesOwn = { sent: ["bin/node", "runtime.json"], leftOut: ["bin/npm", "bin/npx"] };

/** What of a kept runtime is the machine's own, and no part of what other machines get. Pure. */
export function leftOutOf(runtime: string): readonly string[] {
  return runtime.startsWith("node-") ? nodesOwn.leftOut : [];
}

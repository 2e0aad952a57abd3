/**
 * The command line of the embedded proxy. A young generation of 16 MB from the start keeps what a request leaves behind out of the old
 * one (with 2 MB a busy proxy collects garbage for 14 % of its time, with 16 MB for 5 %), one helper thread is enough for a process
 * whose work is all in its event loop, and `gc` lets it give memory back when a busy time is over (see `proxy/rest.ts`).
 */
export function proxyCommand(node: string, agentFile: string, settingsFile: string): string[] {
  return [node, ...proxyFlags, agentFile, settingsFile];
}

export const proxyFlags: readonly string[] = [
  "--min-semi-space-size=16",
  "--max-semi-space-size=16",
  "--v8-pool-size=1",
  "--expose-gc",
];

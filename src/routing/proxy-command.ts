/**
 * The command line of the embedded proxy. The flags keep it small: a young generation of 8 MB at most instead of 16 MB
 * (with 2 MB a busy proxy spends three times as long collecting), one helper thread is enough for a process whose work is all in its event loop, and `gc` lets it give
 * memory back when a busy time is over (see `proxy/rest.ts`).
 */
export function proxyCommand(node: string, agentFile: string, settingsFile: string): string[] {
  return [node, ...proxyFlags, agentFile, settingsFile];
}

export const proxyFlags: readonly string[] = ["--max-semi-space-size=32","--min-semi-space-size=16","--v8-pool-size=1","--expose-gc"];

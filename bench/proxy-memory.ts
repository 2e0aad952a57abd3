import { readFileSync } from "node:fs";

/** What a process holds, in kB: PSS counts a page that n processes share as 1/n of it. Linux only. */
export function privateMemory(pid: number): { readonly pssKb: number; readonly rssKb: number } {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1]);
  return { pssKb: field("Pss"), rssKb: field("Rss") };
}

/** What a process has used of the processors so far, in user and kernel mode; the kernel counts in hundredths of a second. */
export function processorMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** The processes that a process has started, such as nginx's worker. */
export function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
}

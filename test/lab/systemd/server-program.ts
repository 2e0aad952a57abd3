import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { serverLayout } from "../../../src/hosts/server-layout.ts";
import type { InstanceId, InstanceStatus } from "../../../src/instances/instance.ts";
import { journalLogs } from "../../../src/instances/systemd/journal-logs.ts";
import { runProgram, type RunProgram } from "../../../src/instances/systemd/program.ts";
import { followJournal, readJournal } from "../../../src/instances/systemd/read-journal.ts";
import { openOnce, runOnce } from "../../../src/instances/systemd/run-once.ts";
import { systemdInstances } from "../../../src/instances/systemd/systemd-instances.ts";
import { redactor } from "../../../src/secrets/redactor.ts";

/**
 * What the tests call on a lab host, as the deployer's user: a line of JSON in, a line of JSON out. Stands in for the host agent, so that
 * these tests tell of systemd alone.
 */
process.umask(0o027);
const [project = "", environment = ""] = process.argv.slice(2);
const layout = serverLayout(project, environment);
const sinceBootMs = () => Number(process.hrtime.bigint() / 1_000_000n);
let programs = 0;
const run: RunProgram = (command, signal) => {
  programs += 1;
  return runProgram(command, signal);
};
const parts = { layout, run, now: Date.now, sinceBootMs };
const instances = systemdInstances(parts);
const logs = journalLogs(parts);
const once = { ...parts, newName: () => crypto.randomUUID() };
const watches = new Map<string, ReturnType<typeof logs.watch>>();

const calls: Readonly<Record<string, (signal: AbortSignal, ...args: never[]) => Promise<unknown>>> = {
  start: (signal, specs: never) => instances.start(specs, signal),
  stop: (signal, select: never) => instances.stop(select, signal),
  retire: (signal, select: never, at: number | null) => instances.retire(select, at ?? undefined, signal),
  list: (signal) => instances.list(signal),
  tail: (signal, id: InstanceId, lines: number) => logs.tail(id, lines, signal),
  seen: (signal, status: InstanceStatus, text: string) => {
    const key = JSON.stringify([status, text]);
    const watch = watches.get(key) ?? logs.watch(status, text);
    watches.set(key, watch);
    return watch.seen(signal);
  },
  readJournal: (signal, request: never) => readJournal(parts, request, signal),
  follow: async (signal, request: never, after: string | null, untilSoMany: number) => {
    const lines: string[] = [];
    const enough = new AbortController();
    const tell = ({ line }: { readonly line: string }) => {
      if (lines.push(line) === untilSoMany) enough.abort();
    };
    await followJournal(parts, request, after ?? undefined, tell, AbortSignal.any([signal, enough.signal]));
    return lines;
  },
  runOnce: async (signal, request: { secrets: string[] }, abortAfterMs: number | null) => {
    const lines: string[] = [];
    const onOutput = (stream: string, line: string) => lines.push(`${stream} ${line}`);
    const abort = abortAfterMs === null ? signal : AbortSignal.timeout(abortAfterMs);
    const redact = redactor(request.secrets);
    const whole = { ...request, redact, onOutput } as unknown as Parameters<typeof runOnce>[1];
    return { ...(await runOnce(once, whole, abort)), lines };
  },
  openOnce: async (_, request: never) => (await openOnce(once, request, { terminal: true })).command,
  programs: async () => programs,
  read: async (_, file: string) => readFile(file, "utf8"),
};

createInterface({ input: process.stdin }).on("line", (text) => {
  void answer(text).then((line) => process.stdout.write(`${line}\n`));
});

async function answer(text: string): Promise<string> {
  const { number, call, args } = JSON.parse(text) as { number: number; call: string; args: never[] };
  try {
    const result = await calls[call]?.(AbortSignal.timeout(60_000), ...args);
    return JSON.stringify({ number, result: result ?? null });
  } catch (error) {
    const { message, code, details } = error as { message: string; code?: string; details?: string[] };
    return JSON.stringify({ number, failed: { message, code, details } });
  }
}

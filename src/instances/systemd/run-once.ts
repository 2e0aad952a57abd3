import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { constants } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type { CommandResult } from "../../hosts/host.ts";
import type { OnceRequest } from "../../hosts/machine/once-request.ts";
import type { ServerLayout } from "../../hosts/server-layout.ts";
import { writeAtomically } from "../../shared/atomic-write.ts";
import { pause } from "../../shared/pause.ts";
import { controlCommand, orderControl } from "./order-control.ts";
import type { RunProgram } from "./program.ts";
import { environmentLines, onceScript } from "./start-script.ts";
import { onceFolder, onceUnit, sealedFolder, sealedUnit } from "./unit-names.ts";
import { parseUnitStates, showCommand } from "./unit-state.ts";

export interface OnceParts {
  readonly layout: ServerLayout;
  readonly run: RunProgram;
  /** A name that no other command has: letters, digits and dashes. */
  readonly newName: () => string;
  readonly now: () => number;
  /** Without a network, and with no way to write but into scratch environments. */
  readonly sealed?: boolean;
}

/** How many of the last lines tell what is wrong. */
const tailLines = 30;
/** How long a command that is ended may take to be gone: systemd kills it after five seconds. */
const endMs = 10_000;

/**
 * Runs a command to its end as the application's user, in the sandbox of its instances and with just these variables. Aborting ends all
 * of it: SIGTERM, then SIGKILL after five seconds.
 */
export async function runOnce(
  parts: OnceParts,
  request: OnceRequest,
  signal: AbortSignal,
): Promise<CommandResult> {
  signal.throwIfAborted();
  const opened = await openOnce(parts, request, { terminal: false });
  const over = new AbortController();
  let ending: Promise<void> | undefined;
  const onAbort = () => {
    ending = endOnce(parts, opened.command, over.signal);
  };
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    signal.throwIfAborted(); // it may have been given up before anybody listened
    const result = await followOutput(opened.command, request);
    signal.throwIfAborted();
    return result;
  } finally {
    signal.removeEventListener("abort", onAbort);
    over.abort();
    await ending;
    await opened.close();
  }
}

/** What runs a command on this server: for a caller that hands a terminal of its own to it. `close` forgets its variables. */
export interface OpenOnce {
  readonly command: readonly string[];
  close(): Promise<void>;
}

export async function openOnce(
  parts: OnceParts,
  request: OnceRequest,
  { terminal }: { readonly terminal: boolean },
): Promise<OpenOnce> {
  const { layout, sealed = false } = parts;
  await sweep(parts);
  const name = parts.newName();
  const folder = sealed ? sealedFolder(layout, name) : onceFolder(layout, name);
  await mkdir(folder, { recursive: true });
  const { command, folder: workFolder, limits } = request;
  const variables = terminal ? withHomeOfItsOwn(layout, request.variables) : request.variables;
  await writeAtomically(join(folder, "environment"), environmentLines(variables), 0o600);
  await writeAtomically(join(folder, "start"), onceScript(command, workFolder, limits.openFiles), 0o640);
  const how = sealed ? ["--sealed"] : terminal ? ["--terminal"] : [];
  const words = ["once", ...how, layout.id, name];
  return {
    command: controlCommand(layout.control, words),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The sandbox gives each command one of its own, which goes with it. */
const ownFolder = "/tmp";

/**
 * Shells keep a history, and more, in the home folder, and complain where they can't. That of the instances is cozy's, and nobody's to
 * write into; what is typed on a server is to be gone with the shell, because secrets are among it.
 */
function withHomeOfItsOwn(
  { paths }: ServerLayout,
  variables: OnceRequest["variables"],
): OnceRequest["variables"] {
  return variables["HOME"] === paths.root ? { ...variables, HOME: ownFolder } : variables;
}

async function followOutput(command: readonly string[], request: OnceRequest): Promise<CommandResult> {
  const { redact = (line: string) => line, onOutput } = request;
  const [program = "", ...words] = command;
  const tail: string[] = [];
  const child = execa(program, words, { stdin: "ignore", buffer: false, reject: false });
  const collect = (stream: "stdout" | "stderr") => async () => {
    for await (const written of child.iterable({ from: stream })) {
      const line = redact(written);
      tail.push(line);
      if (tail.length > tailLines) tail.shift();
      onOutput?.(stream, line);
    }
  };
  const [{ exitCode = 127, shortMessage }] = await Promise.all([
    child,
    collect("stdout")(),
    collect("stderr")(),
  ]);
  const signal = signalOf(exitCode);
  if (exitCode === 127 && tail.length === 0 && shortMessage !== undefined) tail.push(shortMessage);
  return { exitCode: signal === null ? exitCode : null, signal, tail };
}

/** Root's program says as a shell does which signal ended the command. */
export function signalOf(exitCode: number): string | null {
  const found = Object.entries(constants.signals).find(([, number]) => exitCode === 128 + number);
  return found?.[0] ?? null;
}

/**
 * Again until it is over: the order may come before systemd has the unit, and then ends nothing. Its last two words name the command.
 */
export async function endOnce(
  { layout, run, sealed = false }: Pick<OnceParts, "layout" | "run" | "sealed">,
  command: readonly string[],
  over: AbortSignal,
): Promise<void> {
  while (!over.aborted) {
    const words = controlCommand(layout.control, [
      "end",
      ...(sealed ? ["--sealed"] : []),
      ...command.slice(-2),
    ]);
    await run(words, AbortSignal.timeout(endMs)).catch(() => undefined); // how the command ended tells more than this order
    await pause(100, over).catch(() => undefined);
  }
}

/** Ends every sealed command whose name begins like this, and forgets its variables: for what a killed program has left. */
export async function endSealed(
  { layout, run }: Pick<OnceParts, "layout" | "run">,
  beginning: string,
  signal: AbortSignal,
): Promise<void> {
  const names = await readdir(layout.instances);
  for (const folder of names.filter((each) => each.startsWith(`sealed@${beginning}`))) {
    const name = folder.slice("sealed@".length);
    await orderControl(run, layout, ["end", "--sealed", layout.id, name], signal);
    await rm(join(layout.instances, folder), { recursive: true, force: true });
  }
}

/** A killed program leaves the folder of its command; nothing writes into one after its first moment. */
const leftAfterMs = 600_000;

async function sweep({ layout, run, now, sealed = false }: OnceParts): Promise<void> {
  const [before, unitOf] = sealed ? (["sealed@", sealedUnit] as const) : (["once@", onceUnit] as const);
  const names = await readdir(layout.instances).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(before) && !each.includes("."))) {
    const folder = join(layout.instances, name);
    const age = await stat(folder)
      .then(({ mtimeMs }) => now() - mtimeMs)
      .catch(() => 0);
    if (age < leftAfterMs) continue;
    const unit = unitOf(layout.id, name.slice(before.length));
    const { stdout } = await run(showCommand([unit]), AbortSignal.timeout(endMs));
    if (parseUnitStates(stdout)[0]?.active === "inactive") await rm(folder, { recursive: true, force: true });
  }
}

import { instanceUnit, type ServerLayout } from "../../hosts/server-layout.ts";
import type { InstanceLogs } from "../../logs/instance-logs.ts";
import type { InstanceId, InstanceStatus } from "../instance.ts";
import { journalCommand } from "./journal-command.ts";
import { parseJournal, type JournalEntry } from "./journal-entry.ts";
import type { RunProgram } from "./program.ts";
import { parseUnitStates, showCommand } from "./unit-state.ts";

export interface JournalParts {
  readonly layout: Pick<ServerLayout, "id">;
  readonly run: RunProgram;
}

/** What instances printed, from the journal of the server that this runs on. */
export function journalLogs(parts: JournalParts): InstanceLogs {
  const { layout } = parts;
  return {
    async tail(id, lines, signal) {
      if (lines === 0) return [];
      const command = journalCommand({ of: { unit: instanceUnit(layout.id, id) }, lines });
      return (await entriesOf(parts, command, signal)).map(({ line }) => line);
    },
    watch: (status, text) => new JournalWatch(parts, status, text),
  };
}

/** Each look reads on where the one before ended, within the life that the instance is in at the first look. */
class JournalWatch {
  readonly #parts: JournalParts;
  readonly #id: InstanceId;
  readonly #text: string;
  #invocation: string | undefined;
  #cursor: string | undefined;
  #found = false;

  constructor(parts: JournalParts, { id }: InstanceStatus, text: string) {
    this.#parts = parts;
    this.#id = id;
    this.#text = text;
  }

  async seen(signal: AbortSignal): Promise<boolean> {
    if (this.#found) return true;
    const unit = instanceUnit(this.#parts.layout.id, this.#id);
    this.#invocation ??= await invocationOf(this.#parts, unit, signal);
    if (this.#invocation === undefined) return false;
    const query = { of: { unit }, invocation: this.#invocation, afterCursor: this.#cursor };
    const entries = await entriesOf(this.#parts, journalCommand(query), signal);
    this.#cursor = entries.at(-1)?.cursor ?? this.#cursor;
    this.#found = entries.some(({ line }) => line.includes(this.#text));
    return this.#found;
  }
}

async function invocationOf(
  { run }: JournalParts,
  unit: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { stdout } = await run(showCommand([unit]), signal);
  return parseUnitStates(stdout)[0]?.invocation;
}

async function entriesOf(
  { layout, run }: JournalParts,
  command: readonly string[],
  signal: AbortSignal,
): Promise<JournalEntry[]> {
  const { stdout } = await run(command, signal);
  return parseJournal(layout.id, stdout);
}

/** What systemd tells of a unit, as far as an instance's status is made from it. */
export interface UnitState {
  readonly unit: string;
  /** `loaded`, or `not-found` where no file says what it is. */
  readonly load: string;
  readonly active: string;
  readonly sub: string;
  readonly pid: number | undefined;
  readonly restarts: number;
  /** When its process was started, in milliseconds since the machine was. */
  readonly startedAfterBootMs: number | undefined;
  /** With the pages of files that the kernel keeps for it. */
  readonly memoryBytes: number | undefined;
  /** Its folder among the kernel's control groups. */
  readonly controlGroup: string | undefined;
  readonly result: string;
  /** The exit code of a process that has ended by itself. */
  readonly exitCode: number | undefined;
  /** One life of the unit, as the journal names it too. */
  readonly invocation: string | undefined;
}

const properties = [
  "Id",
  "LoadState",
  "ActiveState",
  "SubState",
  "MainPID",
  "NRestarts",
  "ExecMainStartTimestampMonotonic",
  "ExecMainCode",
  "ExecMainStatus",
  "MemoryCurrent",
  "ControlGroup",
  "Result",
  "InvocationID",
];

/** Without units systemctl would tell of itself. */
export function showCommand(units: readonly string[]): readonly string[] {
  return ["systemctl", "show", `--property=${properties.join(",")}`, "--", ...units];
}

/** Reads what `systemctl show` prints: blocks of `Name=value` lines with an empty line between units. Pure. */
export function parseUnitStates(text: string): UnitState[] {
  return text
    .split(/\n{2,}/)
    .map(fieldsOf)
    .filter((fields) => fields.has("Id"))
    .map(unitState);
}

function fieldsOf(block: string): ReadonlyMap<string, string> {
  return new Map(
    block.split("\n").flatMap((line) => {
      const at = line.indexOf("=");
      return at === -1 ? [] : [[line.slice(0, at), line.slice(at + 1)] as const];
    }),
  );
}

/** How the kernel says that a process has ended by itself (`CLD_EXITED`). */
const exited = 1;

function unitState(fields: ReadonlyMap<string, string>): UnitState {
  const number = (name: string) => positive(fields.get(name));
  const startedUs = number("ExecMainStartTimestampMonotonic");
  return {
    unit: fields.get("Id") ?? "",
    load: fields.get("LoadState") ?? "",
    active: fields.get("ActiveState") ?? "",
    sub: fields.get("SubState") ?? "",
    pid: number("MainPID"),
    restarts: number("NRestarts") ?? 0,
    startedAfterBootMs: startedUs === undefined ? undefined : startedUs / 1000,
    memoryBytes: number("MemoryCurrent"),
    controlGroup: fields.get("ControlGroup") || undefined,
    result: fields.get("Result") ?? "",
    exitCode: number("ExecMainCode") === exited ? Number(fields.get("ExecMainStatus")) : undefined,
    invocation: fields.get("InvocationID") || undefined,
  };
}

/** `[not set]`, 0 and the largest number of all mean that there is none. */
function positive(text: string | undefined): number | undefined {
  const number = Number(text);
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

/** Which releases of Python a request allows, as PEP 440 writes it; a bare `3.12` allows every 3.12.x. */
export interface PythonRange {
  allows(version: string): boolean;
}

type Operator = "==" | "!=" | "<=" | ">=" | "<" | ">" | "~=" | "===";

interface Clause {
  readonly operator: Operator;
  readonly numbers: readonly number[];
  /** `3.12.*` */
  readonly anyBelow: boolean;
}

/** `undefined` where it can't be read. Pure. */
export function pythonRange(text: string): PythonRange | undefined {
  const parts = text.split(",").map((part) => part.trim());
  const clauses = parts.map((part) => clauseOf(part, parts.length === 1));
  if (clauses.some((clause) => clause === undefined)) return undefined;
  return {
    allows(version) {
      const numbers = numbersOf(version);
      return (
        numbers !== undefined && clauses.every((clause) => clause !== undefined && satisfies(numbers, clause))
      );
    },
  };
}

/** Negative where `a` is the older one. */
export function comparePythons(a: string, b: string): number {
  return compare(numbersOf(a) ?? [], numbersOf(b) ?? []);
}

function clauseOf(text: string, mayBeBare: boolean): Clause | undefined {
  const match = /^(===|==|!=|<=|>=|~=|<|>)?\s*(\d+(?:\.\d+){0,3})(\.\*)?$/.exec(text);
  if (match === null) return undefined;
  const [, operator, version = "", star] = match;
  const numbers = version.split(".").map(Number);
  if (operator === undefined) {
    // A whole version is meant exactly; a part of one stands for all that begin with it.
    return mayBeBare
      ? { operator: "==", numbers, anyBelow: star !== undefined || numbers.length < 3 }
      : undefined;
  }
  if (star !== undefined && operator !== "==" && operator !== "!=") return undefined;
  if (operator === "~=" && numbers.length < 2) return undefined;
  return { operator: asOperator(operator), numbers, anyBelow: star !== undefined };
}

const operators: readonly Operator[] = ["==", "!=", "<=", ">=", "<", ">", "~=", "==="];

function asOperator(text: string): Operator {
  return operators.find((operator) => operator === text) ?? "==";
}

function satisfies(version: readonly number[], { operator, numbers, anyBelow }: Clause): boolean {
  const order = compare(version, numbers);
  const within = (length: number): boolean =>
    compare(version.slice(0, length), numbers.slice(0, length)) === 0;
  const is: Record<Operator, () => boolean> = {
    "==": () => (anyBelow ? within(numbers.length) : order === 0),
    "===": () => order === 0,
    "!=": () => (anyBelow ? !within(numbers.length) : order !== 0),
    "<=": () => order <= 0,
    ">=": () => order >= 0,
    "<": () => order < 0,
    ">": () => order > 0,
    "~=": () => order >= 0 && within(numbers.length - 1),
  };
  return is[operator]();
}

/** Release candidates and local builds (`3.14.0rc1`, `3.12.1+`) are no releases. */
function numbersOf(version: string): readonly number[] | undefined {
  return /^\d+(\.\d+)*$/.test(version) ? version.split(".").map(Number) : undefined;
}

/** `3.12` and `3.12.0` are equal. */
function compare(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

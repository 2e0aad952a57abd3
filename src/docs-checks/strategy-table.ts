/** The states a row can be in, in the order in which the introduction counts them. */
const states = ["done", "partly", "not yet"] as const;

/** One line of the strategy, as a row of docs/strategy.md. */
interface StrategyRow {
  readonly section: string;
  readonly line: string;
  readonly state: string;
  readonly how: string;
  readonly tests: readonly string[];
  readonly decision: string;
}

/** A weak spot of the strategy, and what the decision about it must speak of. */
export interface WeakSpot {
  readonly name: string;
  readonly decision: RegExp;
}

/** What a faultless page is held against. */
export interface StrategyRules {
  readonly commands: ReadonlySet<string>;
  readonly weakSpots: readonly WeakSpot[];
  readonly fileExists: (path: string) => boolean;
}

const header = ["line", "state", "how", "test", "decided differently, and why"];
const nothing = "–";

/** Every fault of the page, each with the row that it is in. */
export function faultsOf(page: string, rules: StrategyRules): readonly string[] {
  const { rows, faults } = readRows(page);
  return [
    ...faults,
    ...repeated(rows),
    ...rows.flatMap((row) => rowFaults(row, rules).map((fault) => `${row.section}: ${row.line}: ${fault}`)),
    ...undecided(rows, rules.weakSpots),
    ...countFaults(page, rows),
  ];
}

function readRows(page: string): { rows: readonly StrategyRow[]; faults: readonly string[] } {
  const rows: StrategyRow[] = [];
  const faults: string[] = [];
  let section = "";
  for (const text of page.split("\n")) {
    if (text.startsWith("## ")) section = text.slice(3);
    if (!text.startsWith("|") || /^[|\s:-]+$/.test(text)) continue;
    const cells = text
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
    if (cells.join() === header.join()) continue;
    const [line = "", state = "", how = "", test = "", decision = ""] = cells;
    if (cells.length !== header.length || cells.includes("")) {
      faults.push(
        `${section}: ${line}: a row has ${header.length} cells, with ${nothing} where there is nothing to say`,
      );
    }
    rows.push({ section, line, state, how, tests: pathsIn(test), decision });
  }
  return { rows, faults };
}

function pathsIn(cell: string): readonly string[] {
  return cell === nothing || cell === ""
    ? []
    : cell.split(",").map((path) => path.trim().replaceAll("`", ""));
}

function rowFaults(row: StrategyRow, { commands, fileExists }: StrategyRules): readonly string[] {
  const faults: string[] = [];
  if (!states.some((state) => state === row.state)) faults.push(`"${row.state}" is no state`);
  if (row.how === nothing) faults.push("says neither what does it nor what will");
  for (const path of row.tests) {
    if (!/\.test\.ts$|\/test_\w+\.py$/.test(path)) faults.push(`${path} is no test file`);
    else if (!fileExists(path)) faults.push(`${path} does not exist`);
  }
  if (row.state === "not yet") {
    if (row.tests.length > 0) faults.push("has a test, so it is at least partly there");
    return faults;
  }
  if (row.tests.length === 0) faults.push("no test shows it");
  for (const [, command = ""] of row.how.matchAll(/\bcozy ([a-z][a-z-]*)/g)) {
    if (!commands.has(command)) faults.push(`there is no command cozy ${command}`);
  }
  return faults;
}

function repeated(rows: readonly StrategyRow[]): readonly string[] {
  const keys = rows.map((row) => `${row.section}: ${row.line}`);
  return keys.filter((key, index) => keys.indexOf(key) !== index).map((key) => `${key}: is there twice`);
}

function undecided(rows: readonly StrategyRow[], weakSpots: readonly WeakSpot[]): readonly string[] {
  return weakSpots
    .filter(({ decision }) => !rows.some((row) => decision.test(row.decision)))
    .map(({ name }) => `no row decides on: ${name}`);
}

function countFaults(page: string, rows: readonly StrategyRow[]): readonly string[] {
  const [done, partly, notYet] = states.map((state) => rows.filter((row) => row.state === state).length);
  const counts = `${rows.length} rows, of which ${done} \`done\`, ${partly} \`partly\`, ${notYet} \`not yet\``;
  const introduction = page.split("\n## ")[0] ?? "";
  return introduction.includes(`Counts: ${counts}.`)
    ? []
    : [`the introduction should say "Counts: ${counts}."`];
}

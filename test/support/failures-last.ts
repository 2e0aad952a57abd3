import { appendFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import type { Reporter, TestCase, TestModule, TestSuite } from "vitest/node";

/** How much of each error is told again. */
const longest = 1_500;

interface Failure {
  readonly name: string;
  readonly text: string;
}

/**
 * Writes what failed to the file that `COZY_TEST_FAILURES` names, and the names alone to that of `COZY_TEST_FAILED`, so that they
 * can stand at the very end of a long log.
 */
export class FailuresLast implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const failures = [
      ...modules.flatMap(failuresOf),
      ...unhandled.map((error) => ({ name: "outside of any test", text: errorText(error) })),
    ];
    append("COZY_TEST_FAILURES", failures.map(({ name, text }) => `${name}\n${text}\n`).join("\n"));
    append("COZY_TEST_FAILED", failures.map(({ name }) => name).join("\n"));
  }
}

function append(variable: string, text: string): void {
  const file = process.env[variable];
  if (file !== undefined && text !== "") appendFileSync(file, `${text}\n`);
}

function failuresOf(module: TestModule): Failure[] {
  const tests = [...module.children.allTests("failed")];
  const suites = [...module.children.allSuites()].filter((suite) => suite.errors().length > 0);
  const file = module.relativeModuleId;
  return [
    ...module.errors().map((error) => ({ name: file, text: errorText(error) })),
    ...[...suites, ...tests].map((one) => ({ name: `${file} > ${one.fullName}`, text: errorsOf(one) })),
  ];
}

function errorsOf(one: TestCase | TestSuite): string {
  const errors = one.type === "test" ? (one.result().errors ?? []) : one.errors();
  return errors.map(errorText).join("\n");
}

function errorText(error: unknown): string {
  const { message = String(error), stack = "", diff = "" } = error as Partial<Record<string, string>>;
  const own = stack.split("\n").filter((line) => /^\s+at /.test(line) && !/node_modules|node:/.test(line));
  const text = stripVTControlCharacters([message, diff, ...own].filter((part) => part !== "").join("\n"));
  return text.length <= longest ? text : `${text.slice(0, longest)} …`;
}

import { appendFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import type { Reporter, TestCase, TestModule, TestSuite } from "vitest/node";

/** How much of each error is told again. */
const longest = 1_500;

/** Writes what failed to the file that `COZY_TEST_FAILURES` names, so that it can stand at the very end of a long log. */
export class FailuresLast implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const file = process.env["COZY_TEST_FAILURES"];
    if (file === undefined) return;
    const texts = [
      ...modules.flatMap(failuresOf),
      ...unhandled.map((error) => `outside of any test\n${errorText(error)}`),
    ];
    if (texts.length > 0) appendFileSync(file, `${texts.join("\n\n")}\n`);
  }
}

function failuresOf(module: TestModule): string[] {
  const tests = [...module.children.allTests("failed")];
  const suites = [...module.children.allSuites()].filter((suite) => suite.errors().length > 0);
  return [
    ...module.errors().map((error) => `${module.relativeModuleId}\n${errorText(error)}`),
    ...[...suites, ...tests].map((one) => `${module.relativeModuleId} > ${one.fullName}\n${errorsOf(one)}`),
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

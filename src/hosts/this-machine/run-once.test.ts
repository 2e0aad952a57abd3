import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { runOnce } from "./run-once.ts";

const never = new AbortController().signal;
const limits = { memoryBytes: undefined, openFiles: undefined };
const base = { folder: tmpdir(), variables: { PATH: process.env["PATH"] ?? "" }, limits };

describe("runOnce", () => {
  it("gives exit code and output, line by line and as a tail", async () => {
    const lines: string[] = [];
    const result = await runOnce(
      {
        ...base,
        command: ["sh", "-c", "echo one; echo two >&2; exit 3"],
        onOutput: (stream, line) => lines.push(`${stream} ${line}`),
      },
      never,
    );
    expect(result.exitCode).toBe(3);
    expect(lines.toSorted()).toEqual(["stderr two", "stdout one"]);
    expect(result.tail.toSorted()).toEqual(["one", "two"]);
  });

  it("hands over just the variables it is given", async () => {
    const result = await runOnce(
      { ...base, variables: { ...base.variables, COLOUR: "blue" }, command: ["env"] },
      never,
    );
    const names = result.tail
      .map((line) => line.split("=")[0] ?? "")
      .filter((name) => !["PWD", "SHLVL", "_"].includes(name));
    expect(new Set(names)).toEqual(new Set(["COLOUR", "PATH"]));
  });

  it("takes secrets out of the output", async () => {
    const redact = (line: string): string => line.replaceAll("hunter22", "[REDACTED]");
    const lines: string[] = [];
    const onOutput = (_stream: string, line: string): void => void lines.push(line);
    const result = await runOnce({ ...base, redact, onOutput, command: ["echo", "is hunter22"] }, never);
    expect([...result.tail, ...lines]).toEqual(["is [REDACTED]", "is [REDACTED]"]);
  });

  it("says that a program is not there", async () => {
    const result = await runOnce({ ...base, command: ["no-such-program"] }, never);
    expect(result.exitCode).toBe(127);
    expect(result.tail.join(" ")).toContain("no-such-program");
  });

  it("limits open files", async () => {
    const result = await runOnce(
      { ...base, limits: { memoryBytes: undefined, openFiles: 123 }, command: ["sh", "-c", "ulimit -n"] },
      never,
    );
    expect(result.tail).toEqual(["123"]);
  });

  it("ends the command when it is aborted", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("enough")), 50);
    const start = performance.now();
    await expect(runOnce({ ...base, command: ["sleep", "30"] }, controller.signal)).rejects.toThrow("enough");
    expect(performance.now() - start).toBeLessThan(20_000);
  });
});

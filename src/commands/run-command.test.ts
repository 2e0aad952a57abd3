import { EventEmitter } from "node:events";
import { Readable, Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import type { CommandContext } from "./command-context.ts";
import { helpText } from "./help.ts";
import { commandIndex } from "./index.ts";
import { runCommand } from "./run-command.ts";

function context(): { context: CommandContext; output: () => string } {
  let text = "";
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  const never = new AbortController().signal;
  return {
    output: () => text,
    context: {
      cwd: "/nowhere",
      homeFolder: "/nowhere",
      env: {},
      stdin: Readable.from([]),
      stdout,
      stderr: stdout,
      now: () => 0,
      signal: never,
      urgentSignal: never,
      takeSignals: () => new EventEmitter(),
      json: false,
      configPath: undefined,
      version: "0",
    },
  };
}

describe("every command", () => {
  it.each(commandIndex.map(({ name }) => name))("%s has a help of its own, with examples", async (name) => {
    const stage = context();
    expect(await runCommand([name, "--help"], stage.context)).toBe(0);
    expect(stage.output()).toContain(`Usage: cozy ${name}`);
    expect(stage.output()).toContain("Examples:");
    expect(stage.output()).toContain("--json");
  });

  it("shows an argument that repeats as such", async () => {
    const stage = context();
    await runCommand(["scale", "--help"], stage.context);
    expect(stage.output()).toContain("Usage: cozy scale [environment] [type=count...] [options]");
  });

  it("stands in the page of cozy --help", () => {
    for (const { name, summary } of commandIndex) {
      expect(helpText(commandIndex)).toContain(`  ${name}`);
      expect(helpText(commandIndex)).toContain(summary);
    }
  });
});

describe("a call that is not taken", () => {
  it.each([
    [["deploy", "a", "b"], /too many arguments/i],
    [["deploy", "--wrong"], /unknown option '--wrong'/i],
    [["history", "-n", "x"], /whole number/],
    [["status", "--", "ls"], /takes nothing behind "--"/],
  ])("%j", async (argv, message) => {
    await expect(runCommand(argv, context().context)).rejects.toMatchObject({
      code: "wrong-usage",
      message: expect.stringMatching(message) as string,
    });
  });
});

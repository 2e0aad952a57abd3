import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import type { Project } from "../../project/project.ts";
import { sampleProject, sampleServers } from "../../release/testing.ts";
import type { CommandContext } from "../command-context.ts";
import {
  defineCommand,
  environmentArgument,
  type AnyCommand,
  type ReadInvocation,
} from "../define-command.ts";
import { commandIndex } from "../index.ts";
import { runWhereItBelongs } from "./place-of.ts";

function commandAt(where: AnyCommand["where"]): AnyCommand {
  return defineCommand({
    name: "look",
    description: "",
    arguments: [environmentArgument],
    options: {},
    ...(where === undefined ? {} : { where }),
    examples: [],
    run: async () => 42,
  });
}

const servers = sampleServers("web-1");

function project(): Project {
  const sample = sampleProject();
  const staging = sample.environments["staging"];
  if (staging === undefined) throw new Error("the sample project has a staging environment");
  const here = {
    ...staging,
    name: "here",
    target: { kind: "this-machine", port: 8000, address: "127.0.0.1" },
  };
  return {
    ...sample,
    environments: { here, far: { ...staging, name: "far", target: servers } } as Project["environments"],
  };
}

function context(more: Partial<CommandContext> = {}): CommandContext {
  const never = new AbortController().signal;
  return {
    cwd: "/",
    homeFolder: "/",
    env: {},
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    now: () => 0,
    signal: never,
    urgentSignal: never,
    takeSignals: () => new EventEmitter(),
    json: false,
    configPath: undefined,
    version: "1.0.0",
    project: project(),
    ...more,
  };
}

function asked(environment: string, options: ReadInvocation["options"] = {}): ReadInvocation {
  return { args: { environment }, options, words: [], rest: [] };
}

describe("runWhereItBelongs", () => {
  it("runs here what is about this machine, and what says nothing of where it belongs", async () => {
    expect(await runWhereItBelongs(commandAt("keeper"), context(), asked("here"))).toBe(42);
    expect(await runWhereItBelongs(commandAt(undefined), context(), asked("far"))).toBe(42);
    // Whatever the command makes of a name that is none, `dev` above all, is its own to say.
    expect(await runWhereItBelongs(commandAt("keeper"), context(), asked("dev"))).toBe(42);
  });

  it("runs nothing here of what belongs on a server", async () => {
    const options = { host: "web-9" };
    await expect(runWhereItBelongs(commandAt("keeper"), context(), asked("far", options))).rejects.toThrow(
      /far has no host "web-9"/,
    );
    await expect(
      runWhereItBelongs(commandAt("keeper"), context(), asked("here", options)),
    ).rejects.toMatchObject({
      code: "wrong-usage",
    });
  });

  it("runs on the server itself whatever comes there", async () => {
    const agents = { node: "", relay: "", schedules: "", backup: "" };
    const onHost = { name: "web-1", who: { user: "anna", host: "laptop" }, agents };
    expect(await runWhereItBelongs(commandAt("keeper"), context({ onHost }), asked("far"))).toBe(42);
  });
});

describe("what the other servers are asked first", () => {
  const asking = (names: string[]): AnyCommand => ({
    ...commandAt("keeper"),
    askOthers: async (_, { environment }) => {
      names.push(environment.name);
      throw new Error("asked enough");
    },
  });

  it("is asked by the deployer's cozy, before anything is sent to the first", async () => {
    const names: string[] = [];
    await expect(runWhereItBelongs(asking(names), context(), asked("far"))).rejects.toThrow("asked enough");
    expect(names).toEqual(["far"]);
  });

  it("is asked neither on this machine nor by the first server itself", async () => {
    const names: string[] = [];
    const agents = { node: "", relay: "", schedules: "", backup: "" };
    const onHost = { name: "web-1", who: { user: "anna", host: "laptop" }, agents };
    expect(await runWhereItBelongs(asking(names), context(), asked("here"))).toBe(42);
    expect(await runWhereItBelongs(asking(names), context({ onHost }), asked("far"))).toBe(42);
    expect(names).toEqual([]);
  });
});

describe("every command", () => {
  /** Those that ask the hosts themselves, or that are about no environment's state. */
  const elsewhere = new Set([
    "abort",
    "check",
    "completion",
    "deploy",
    "dev",
    "diff",
    "drill",
    "exec",
    "init",
    "join",
    "lab",
    "lease",
    "leave",
    "logs",
    "maintenance",
    "move-keeper",
    "plan",
    "rehearse",
    "restore",
    "resume",
    "rollback",
    "run",
    "scale",
    "secrets",
    "setup",
    "start",
    "status",
    "stop",
    "trust",
  ]);

  it("says where it belongs, or is known to ask the hosts itself", async () => {
    const commands = await Promise.all(commandIndex.map(async ({ load }) => load()));
    const unsaid = commands.filter(({ where }) => where === undefined).map(({ name }) => name);
    expect(unsaid.filter((name) => !elsewhere.has(name))).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";
import { candidateLines } from "./completion-scripts.ts";
import { completionWords, type KnownNames } from "./completion-words.ts";
import { commandIndex } from "./index.ts";

const asked: string[] = [];
const names: KnownNames = {
  environments: async () => {
    asked.push("environments");
    return ["staging", "production"];
  },
  releases: async (environment) => [{ word: `release-of-${environment}`, about: "" }],
  processTypes: async () => ["web", "worker"],
  schedules: async () => ["cleanup"],
  secrets: async (environment) => [`KEY_OF_${environment}`],
  hosts: async (environment) => [`host-of-${environment}`, "web-1"],
  labs: async () => ["lab", "trial"],
  labHosts: async (lab) => [`host-of-${lab}`, "host2"],
};

async function complete(...words: string[]): Promise<string[] | "files"> {
  const found = await completionWords({ index: commandIndex, words, names });
  return found === "files" ? found : found.map(({ word }) => word);
}

describe("completionWords", () => {
  it.each([
    ["a command", ["rol"], ["rollback"]],
    ["a command for help", ["help", "rol"], ["rollback"]],
    ["nothing of an unknown command", ["wrong", ""], []],
    ["an environment", ["status", ""], ["staging", "production"]],
    ["an environment by its beginning", ["status", "--json", "pro"], ["production"]],
    ["nothing behind the last argument", ["status", "staging", ""], []],
    ["an option", ["logs", "staging", "--fol"], ["--follow"]],
    ["no option twice", ["status", "--json", "--"], ["--config", "--help"]],
    ["a release of the environment", ["run", "staging", "--release", ""], ["release-of-staging"]],
    ["a release as an argument", ["rollback", "production", ""], ["release-of-production"]],
    ["a process type", ["logs", "-t", "w"], ["web", "worker"]],
    ["cozy's own logs", ["logs", "--type", "ac"], ["access"]],
    ["a schedule", ["dev", "--run", ""], ["cleanup"]],
    ["a schedule of an environment", ["schedules", "staging", "--suspend", ""], ["cleanup"]],
    ["a count to give", ["scale", "staging", "web=3", "wo"], ["worker="]],
    ["no count by its own", ["scale", "staging", "web", "=", ""], []],
    ["nothing for a number", ["logs", "-n", ""], []],
    ["a file", ["check", "--config", ""], "files"],
    ["a file in a command", ["run", "staging", "--", "node", ""], "files"],
    ["the way to a command", ["run", "staging", ""], ["--"]],
    ["a shell", ["completion", ""], ["bash", "zsh", "fish"]],
    ["a word that can only be one of some", ["secrets", "ro"], ["rotate"]],
    ["a secret of the environment", ["secrets", "get", "staging", ""], ["KEY_OF_staging"]],
    ["a server of the environment", ["run", "staging", "--host", ""], ["host-of-staging", "web-1"]],
    ["a server to read the logs of", ["logs", "--host", "w"], ["web-1"]],
    ["what has a key to trust", ["trust", ""], ["staging", "production", "host-of-undefined", "web-1"]],
    ["what a lab does", ["lab", "s"], ["status", "slow"]],
    ["a host of a lab", ["lab", "cut", ""], ["host-of-undefined", "host2"]],
    ["a host of the lab that is named", ["lab", "--name", "trial", "slow", "host-"], ["host-of-trial"]],
    ["no host where it is about the lab", ["lab", "up", ""], []],
    ["a lab", ["lab", "down", "--name", ""], ["lab", "trial"]],
    ["the second environment, which is another", ["diff", "staging", ""], ["production"]],
  ])("%s", async (_name, words, found) => {
    expect(await complete(...words)).toEqual(found);
  });

  it("gives every command, and asks nobody for it", async () => {
    asked.length = 0;
    expect(await complete("")).toEqual([
      ...commandIndex.map(({ name }) => name),
      "help",
      "--help",
      "--version",
    ]);
    await complete("deploy", "--");
    expect(asked).toEqual([]);
  });
});

describe("candidateLines", () => {
  it("writes them as each shell reads them", () => {
    const found = [
      { word: "a:b", about: "one\nline" },
      { word: "c", about: "" },
    ];
    expect(candidateLines("bash", found)).toBe("a:b\nc\n");
    expect(candidateLines("zsh", found)).toBe("a\\:b:one line\nc\n");
    expect(candidateLines("fish", found)).toBe("a:b\tone line\nc\n");
    expect(candidateLines("fish", "files")).toBe(":files\n");
  });
});

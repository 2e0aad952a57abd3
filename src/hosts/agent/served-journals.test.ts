import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fakeHost } from "../fake-host.ts";
import { remoteJournals } from "./served-journals.ts";
import { agentInProcess, portsIn, type AgentInProcess } from "./testing/in-process.ts";

let folder: string;
let running: AgentInProcess;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozy-agent-"));
  running = agentInProcess(portsIn(folder, fakeHost()));
});
afterEach(async () => {
  running.session.close();
  await rm(folder, { recursive: true, force: true });
});

describe("journals behind an agent", () => {
  it("are written in the order of the calls, and can be read and gone on with", async () => {
    const store = remoteJournals(running.ports.journals);
    const file = await store.create("a.jsonl", '{"format":1}');
    await Promise.all(Array.from({ length: 50 }, (_, line) => file.append(String(line))));
    await file.close();
    expect(await store.list()).toEqual(["a.jsonl"]);
    const text = await store.read("a.jsonl");
    expect(text.split("\n").slice(1, -1)).toEqual(Array.from({ length: 50 }, (_, line) => String(line)));
    const again = await store.reopen("a.jsonl", Buffer.byteLength('{"format":1}\n'));
    await again.append("on");
    await again.close();
    expect(await readFile(join(folder, "journals", "a.jsonl"), "utf8")).toBe('{"format":1}\non\n');
  });

  it("are gone on with by another agent, behind the last whole line", async () => {
    const file = await remoteJournals(running.ports.journals).create("a.jsonl", '{"format":1}');
    await file.append("whole");
    running.cut();
    await appendFile(join(folder, "journals", "a.jsonl"), "torn");
    running = agentInProcess(portsIn(folder, fakeHost()));
    const { journals } = running.ports;
    await Promise.all([journals.append("a.jsonl", "on"), journals.append("a.jsonl", "and on")]);
    expect(await readFile(join(folder, "journals", "a.jsonl"), "utf8")).toBe(
      '{"format":1}\nwhole\non\nand on\n',
    );
  });

  it("bring why one can't be opened", async () => {
    const store = remoteJournals(running.ports.journals);
    await expect(store.reopen("none.jsonl", 0)).rejects.toMatchObject({ code: "journal-unwritable" });
    await expect(running.ports.journals.append("none.jsonl", "x")).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("the other shelves behind an agent", () => {
  it("keep what they are given", async () => {
    const { generated, questions, evidence, canaries } = running.ports;
    await generated.write({ SECRET_KEY: "drawn" });
    expect(await generated.read()).toEqual({ SECRET_KEY: "drawn" });
    expect(await canaries.read("r1")).toBeUndefined();
    expect(await questions.open()).toEqual([]);
    expect(await evidence.read("availability")).toEqual({ measurements: [], unreadable: 0 });
  });
});

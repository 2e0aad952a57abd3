import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { serverLayout, type ServerLayout } from "../../hosts/server-layout.ts";
import type { InstanceSpec } from "../instance.ts";
import { controlExits } from "./control.ts";
import type { RunProgram } from "./program.ts";
import { systemdInstances } from "./systemd-instances.ts";

/** What the adapter makes of answers that a real systemd gives seldom; the contract is held against a real one in the lab. */
let folder: string;
let layout: ServerLayout;
let orders: string[];
let control: { exitCode: number; stdout: string; stderr: string };
let unit: string;
/** What is shown after it, and the name of a unit that no order may have. */
let others: string;
let refuses: string | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cozy-systemd-"));
  layout = {
    ...serverLayout("app", "production"),
    instances: join(folder, "instances"),
    startedAtBoot: join(folder, "wants"),
  };
  mkdirSync(layout.startedAtBoot);
  writeFileSync(join(folder, "environment.json"), '{"format":1,"variables":{"SECRET":"hunter2"}}');
  orders = [];
  control = { exitCode: 0, stdout: "", stderr: "" };
  unit = "ActiveState=active\nSubState=running\nMainPID=1\nNRestarts=0\n";
  others = "";
  refuses = undefined;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const name = "app-production-worker@r1.0.service";
const signal = new AbortController().signal;
const own = () => join(layout.instances, "worker@r1.0");
const run: RunProgram = async (command) => {
  if (command[0] === "systemctl") return { exitCode: 0, stdout: `Id=${name}\n${unit}${others}`, stderr: "" };
  orders.push(command.slice(3).join(" "));
  if (command[3] === "start")
    for (const one of command.slice(4)) writeFileSync(join(layout.startedAtBoot, one), "");
  if (refuses !== undefined && command.includes(refuses))
    return { exitCode: controlExits.refused, stdout: "", stderr: "it has no template here" };
  return control;
};
const open = () => systemdInstances({ layout, run, now: Date.now, sinceBootMs: () => performance.now() });

describe("instances on systemd", () => {
  it("are laid before they are started, with their variables for root and their owner alone", async () => {
    expect(await open().start([spec()], signal)).toMatchObject([{ state: "running", pid: 1 }]);
    expect(orders).toEqual([`start ${name}`]);
    expect(readdirSync(own()).sort()).toEqual(["ended", "environment", "spec.json", "start"]);
    expect(statSync(join(own(), "environment")).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(own(), "environment"), "utf8")).toBe(
      "export SECRET=hunter2\nexport LEVEL=info\n",
    );
    expect(readFileSync(join(own(), "spec.json"), "utf8")).not.toContain("hunter2");
  });

  it("that run as they are wanted are not touched", async () => {
    await open().start([spec()], signal);
    await open().start([spec()], signal);
    expect(orders).toEqual([`start ${name}`]);
    await open().start([spec({ LEVEL: "debug" })], signal);
    expect(orders.slice(1)).toEqual([`stop ${name}`, `start ${name}`]);
  });

  it("whose stop was cut off after it took their place at boot get that back, and run on", async () => {
    await open().start([spec()], signal);
    rmSync(join(layout.startedAtBoot, name));
    await open().start([spec()], signal);
    expect(orders.slice(1)).toEqual([`start ${name}`]);
    await open().start([spec()], signal);
    expect(orders).toHaveLength(2);
  });

  it("that end in the middle of their start are tried again, and that is no fault of the order", async () => {
    control = { exitCode: 3, stdout: "", stderr: "Job failed" };
    unit = "ActiveState=activating\nSubState=auto-restart\nExecMainCode=1\nExecMainStatus=1\nNRestarts=0\n";
    expect(await open().start([spec()], signal)).toMatchObject([
      { state: "backing-off", lastExit: { code: 1 } },
    ]);
  });

  it("that systemd does not take at all are told with what it said", async () => {
    control = { exitCode: 3, stdout: "", stderr: "Unit has a bad unit file setting." };
    unit = "ActiveState=inactive\nSubState=dead\n";
    await expect(open().start([spec()], signal)).rejects.toMatchObject({
      code: "systemd-failed",
      details: ["Unit has a bad unit file setting."],
    });
  });

  it("are not there where the server was not set up for it", async () => {
    control = { exitCode: 1, stdout: "", stderr: "sudo: a password is required" };
    await expect(open().start([spec()], signal)).rejects.toMatchObject({ code: "control-refused" });
  });

  it("whose unit is not there are ended by that, so that a start that the server is not set up for can be taken back", async () => {
    await open().start([spec()], signal);
    control = { exitCode: controlExits.refused, stdout: "", stderr: `${name} has no template here` };
    unit = "LoadState=not-found\nActiveState=inactive\nSubState=dead\n";
    expect(await open().stop({ release: "r1" }, signal)).toEqual([]);
    expect(orders.slice(1)).toEqual([`stop ${name}`]);
    expect(readdirSync(layout.instances)).toEqual([]);
  });

  it("that have a unit are stopped beside those that have none", async () => {
    await open().start([spec(), spec({}, 1)], signal);
    const there = name.replace("r1.0", "r1.1");
    refuses = name;
    unit = "LoadState=not-found\nActiveState=inactive\nSubState=dead\n";
    others = `\nId=${there}\nLoadState=loaded\nActiveState=active\n`;
    control = { exitCode: 0, stdout: `killed ${there}\n`, stderr: "" };
    const killed = await open().stop({ release: "r1" }, signal);
    expect(killed).toMatchObject([{ id: { index: 1 } }]);
    expect(orders.slice(1)).toEqual([`stop ${name} ${there}`, `stop ${there}`]);
    expect(readdirSync(layout.instances)).toEqual([]);
  });

  it("that run by a unit that may not be stopped are not forgotten", async () => {
    await open().start([spec()], signal);
    control = { exitCode: 1, stdout: "", stderr: "sudo: a password is required" };
    for (const state of [
      "LoadState=loaded\nActiveState=active\n",
      "LoadState=not-found\nActiveState=active\n",
    ]) {
      unit = state;
      await expect(open().stop({ release: "r1" }, signal)).rejects.toMatchObject({ code: "control-refused" });
    }
    expect(readdirSync(layout.instances)).toEqual(["worker@r1.0"]);
  });

  it("leave nothing behind when they are stopped, and those that were killed are told", async () => {
    await open().start([spec()], signal);
    control = { exitCode: 0, stdout: `killed ${name}\n`, stderr: "" };
    expect(await open().stop({ release: "r1" }, signal)).toEqual([{ id: spec().id, afterMs: 1_500 }]);
    expect(readdirSync(layout.instances)).toEqual([]);
    expect(await open().list(signal)).toEqual([]);
  });

  it("that are retired and asked for again are kept without an order, so that a rollback waits for nothing", async () => {
    await open().start([spec()], signal);
    await open().retire({ release: "r1" }, Date.now() + 60_000, signal);
    const given = orders.length;
    expect(await open().start([spec()], signal)).toMatchObject([{ state: "running", retireAt: undefined }]);
    expect(orders).toHaveLength(given);
    expect(readdirSync(own()).sort()).toEqual(["ended", "environment", "spec.json", "start"]);
  });

  it("whose end has begun are waited for and started anew", async () => {
    await open().start([spec()], signal);
    await open().retire({ release: "r1" }, Date.now() + 60_000, signal);
    // What the timer does when the time has come.
    renameSync(join(own(), "retired"), join(own(), "ending"));
    await open().start([spec()], signal);
    expect(orders.slice(-2)).toEqual([`stop ${name}`, `start ${name}`]);
    expect(readdirSync(own()).sort()).toEqual(["ended", "environment", "spec.json", "start"]);
  });

  it("that are kept when their end has begun end all the same", async () => {
    await open().start([spec()], signal);
    await open().retire({ release: "r1" }, 1_000, signal);
    renameSync(join(own(), "retired"), join(own(), "ending"));
    await open().retire({ release: "r1" }, undefined, signal);
    expect(await open().list(signal)).toMatchObject([{ retireAt: 1_000 }]);
  });

  it("whose retirement has come are forgotten, with their variables", async () => {
    await open().start([spec()], signal);
    await open().retire({ release: "r1" }, Date.now() - 1, signal);
    expect(orders.at(-1)).toMatch(new RegExp(`^retire \\d{10} ${name}$`));
    unit = "ActiveState=inactive\nSubState=dead\n";
    expect(await open().list(signal)).toEqual([]);
    await open().retire({ release: "r9" }, 0, signal);
    expect(readdirSync(layout.instances)).toEqual([]);
  });
});

function spec(variables: Readonly<Record<string, string>> = { LEVEL: "info" }, index = 0): InstanceSpec {
  return {
    id: { release: "r1", type: "worker", index },
    command: ["node", "worker.js"],
    folder: "/",
    environmentFile: join(folder, "environment.json"),
    variables,
    socket: undefined,
    logFile: "",
    stopSignal: "SIGTERM",
    stopTimeoutMs: 1_500,
    limits: { memoryBytes: undefined, openFiles: undefined },
  };
}

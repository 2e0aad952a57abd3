import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { hostLayout, labLayout, machinePort } from "../../src/lab/lab-layout.ts";
import {
  makeWireEnds,
  putWireIn,
  removeWireEnds,
  takeWireOut,
  type Batch,
  type Command,
} from "../../src/lab/network-commands.ts";
import { python } from "../../src/lab/python.ts";

/**
 * Puts the machine, with the deployers and the visitors, so far away from the lab's hosts; these stay as near to each other as they were.
 * It is the lab's own wire, in the machine's cable in place of a host's. Gives what brings the machine back.
 */
export async function moveAway(lab: string, delayMs: number): Promise<() => void> {
  const { wireProgram, switch: inSwitch, machineLink } = labLayout(lab);
  const { wireEnd, bridgeEnd } = hostLayout(lab, machinePort);
  const within = (words: Command): Command => ["ip", "netns", "exec", inSwitch, ...words];
  const offloads = (state: "on" | "off"): void => {
    run([python(), wireProgram, "offloads", machineLink, state]);
    run(within([python(), wireProgram, "offloads", bridgeEnd, state]));
  };
  for (const command of makeWireEnds(lab, machinePort)) run(command);
  offloads("off");
  const [program = "", ...words] = within([
    python(),
    wireProgram,
    "carry",
    machinePort,
    wireEnd,
    String(delayMs / 2),
    "0",
  ]);
  const wire = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"] });
  await saysSomething(wire);
  runBatch(putWireIn(lab, machinePort));
  return () => {
    runBatch(takeWireOut(lab, machinePort));
    wire.kill();
    offloads("on");
    run(removeWireEnds(lab, machinePort));
  };
}

/** It does once it carries. */
async function saysSomething(wire: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    for (const stream of [wire.stdout, wire.stderr]) stream?.once("data", () => resolve());
    wire.once("exit", () => reject(new Error("the wire ended as it was laid")));
    wire.once("error", reject);
  });
}

function run([program = "", ...words]: Command): void {
  execFileSync(program, words, { stdio: "ignore" });
}

function runBatch({ command: [program = "", ...words], input }: Batch): void {
  execFileSync(program, words, { input });
}

import type { ServerLayout } from "../../hosts/server-layout.ts";
import type { Limits, ProcessType } from "../../project/project.ts";
import { sandboxLines, type SandboxFacts } from "./sandbox.ts";
import { environmentSlice } from "./unit-names.ts";

export interface UnitFacts extends SandboxFacts {
  readonly type: string;
  readonly how: Pick<ProcessType, "stopSignal" | "stopTimeoutMs" | "limits">;
  /**
   * `together`: once the main process has ended, what it has left is killed. `alone`: only the main process is ended, and what it has
   * started goes on.
   */
  readonly ends: "together" | "alone";
}

/** What root's own files begin with. */
export function madeBySetup(layout: ServerLayout): string {
  return `# Made by \`cozy setup\` for ${layout.id}, which replaces it: what is changed here by hand does not stay.`;
}

/**
 * The template unit of a process type; an instance of it is called `<release>.<index>`. What differs from release to release is in
 * files of the deployer's (`start` and `environment`, which root's program takes a copy of), so that a release needs no root. Pure.
 */
export function processUnit(facts: UnitFacts): string {
  const { layout, type, how, ends } = facts;
  const folder = `${layout.instances}/${type}@%i`;
  return lines([
    madeBySetup(layout),
    "[Unit]",
    `Description=${type} of ${layout.id}, release and index %i`,
    `X-CozyEnvironment=${layout.id}`,
    "Wants=network-online.target",
    "After=network-online.target nss-lookup.target redis-server.service postgresql.service",
    `ConditionPathExists=${folder}/start`,
    "# One that was warm when the host went down does not come back.",
    `ConditionPathExists=!${folder}/retired`,
    `ConditionPathExists=!${folder}/ending`,
    "# However often it ends, it is started again; the waits between grow in `start`.",
    "StartLimitIntervalSec=0",
    "",
    "[Service]",
    "Type=exec",
    `ExecStart=/bin/sh ${folder}/start`,
    `ExecStopPost=-/bin/sh ${folder}/ended`,
    ...credentialLines(layout),
    "Restart=always",
    "RestartSec=100ms",
    `KillMode=${ends === "together" ? "mixed" : "process"}`,
    `KillSignal=${how.stopSignal}`,
    `TimeoutStopSec=${how.stopTimeoutMs}ms`,
    `RuntimeDirectory=cozy/${layout.id}-${type}/%i`,
    "RuntimeDirectoryMode=0750",
    "RuntimeDirectoryPreserve=restart",
    ...commonLines(layout, type, how.limits),
    ...sandboxLines(facts),
    "",
    "[Install]",
    "WantedBy=multi-user.target",
  ]);
}

/**
 * What the units of one-offs have, all but their command: systemd reads it for units that are made for the moment too. They have no
 * file of their own, because the deployer's program may not write one. Pure.
 */
export function onceText(facts: SandboxFacts & { readonly limits: Limits }): string {
  const { layout, limits, sealed = false } = facts;
  const kind = sealed ? "sealed" : "once";
  return lines([
    madeBySetup(layout),
    "[Unit]",
    `X-CozyEnvironment=${layout.id}`,
    "",
    "[Service]",
    ...credentialLines(layout),
    "KillMode=mixed",
    "TimeoutStopSec=5s",
    ...limitLines(limits),
    ...placeLines(layout, kind),
    ...sandboxLines(facts),
  ]);
}

export function sliceText(layout: ServerLayout): string {
  return lines([madeBySetup(layout), "[Unit]", `Description=All processes of ${layout.id}`, "", "[Slice]"]);
}

/**
 * systemd opens it as root. In a folder of the deployer's user that file could be a link to any of root's, and the application would
 * have what is in it; so root's program has read what was laid there with that user's own rights, and keeps it here.
 */
function credentialLines({ credentials }: ServerLayout): string[] {
  return [
    "# Root's own copy: the one that was laid could be a link to anything.",
    `LoadCredential=environment:${credentials}/%n`,
  ];
}

function commonLines(layout: ServerLayout, type: string, limits: Limits): string[] {
  return [
    ...limitLines(limits),
    ...placeLines(layout, type),
    "StandardOutput=journal",
    "StandardError=journal",
    "# The journal has a size of its own; a line that is left out would be missed when it matters.",
    "LogRateLimitIntervalSec=0",
  ];
}

function placeLines(layout: ServerLayout, type: string): string[] {
  return [`Slice=${environmentSlice(layout.id)}`, `SyslogIdentifier=${layout.id}-${type}`];
}

/** No application needs as many, and a mistake that starts processes without an end stops there. */
const mostTasks = 1024;
/** systemd's own 1,024 is soon used up by a server that keeps connections open. */
const usualOpenFiles = 65_536;
/** From here on the kernel slows it down and takes back what it can, before it kills. */
const brakesAt = 0.95;

function limitLines({ memoryBytes, openFiles }: Limits): string[] {
  const memory =
    memoryBytes === undefined
      ? []
      : [
          `MemoryHigh=${Math.floor(memoryBytes * brakesAt)}`,
          `MemoryMax=${memoryBytes}`,
          "MemorySwapMax=0",
          "OOMPolicy=stop",
        ];
  return [...memory, `TasksMax=${mostTasks}`, `LimitNOFILE=${openFiles ?? usualOpenFiles}`];
}

function lines(all: readonly string[]): string {
  return `${all.join("\n")}\n`;
}

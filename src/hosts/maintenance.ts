import { isFields } from "../artifacts/kept-file.ts";
import { CozyError, messageOf } from "../errors/cozy-error.ts";
import type { Connection } from "./ssh/connection.ts";

/** What stands in the file that closes a site; that it is there is all that the proxy looks at. */
export interface Maintenance {
  readonly format: 1;
  /** Milliseconds since the epoch, by the deployer's clock. */
  readonly since: number;
  readonly who: string;
  readonly message?: string | undefined;
}

export interface HostMaintenance {
  readonly host: string;
  /** `null` where the host is open; without fields where somebody made the file by hand. */
  readonly maintenance: Partial<Maintenance> | null;
}

const withinMs = 20_000;

/** How it stands on every host; where one can't be asked, nothing is said at all. */
export async function maintenanceOn(
  hosts: readonly Connection[],
  file: string,
  signal: AbortSignal,
): Promise<readonly HostMaintenance[]> {
  return Promise.all(hosts.map((host) => lookAt(host, file, signal)));
}

export interface MaintenanceChange {
  readonly file: string;
  readonly before: readonly HostMaintenance[];
  /** `undefined` opens the site. */
  readonly wanted: Maintenance | undefined;
}

/** Closes or opens the site on all hosts at once; where that fails on one, all are as they were, as far as they can be reached. */
export async function setMaintenance(
  hosts: readonly Connection[],
  { file, before, wanted }: MaintenanceChange,
  signal: AbortSignal,
): Promise<void> {
  const outcomes = await Promise.allSettled(hosts.map((host) => put(host, file, wanted, signal)));
  const failed = outcomes.findIndex(({ status }) => status === "rejected");
  const outcome = outcomes[failed];
  if (outcome?.status !== "rejected") return;
  // Not by the command's own signal: an interrupt is one of the reasons to go back.
  const within = AbortSignal.timeout(withinMs);
  const stuck: string[] = [];
  await Promise.all(
    hosts.map(async (host) => {
      const was = before.find((one) => one.host === host.host)?.maintenance;
      await put(host, file, was ?? undefined, within).catch(() => stuck.push(host.host));
    }),
  );
  throw new CozyError("maintenance-failed", {
    message: `${hosts[failed]?.host ?? "A host"} could not be ${wanted === undefined ? "opened" : "closed"}: ${messageOf(outcome.reason)}`,
    state:
      stuck.length === 0
        ? "Every host is as it was before."
        : `How it stands on ${stuck.join(", ")} is not known; the others are as they were before.`,
    next: "cozy maintenance <environment> status",
    cause: outcome.reason,
  });
}

/** The file is whole or not there. */
const closeScript = 'set -e; umask 022; cat > "$1.new"; mv -f "$1.new" "$1"';
const lookScript = 'test -e "$1" || exit 3; cat "$1"';
const isOpen = 3;

async function lookAt(host: Connection, file: string, signal: AbortSignal): Promise<HostMaintenance> {
  const command = ["/bin/sh", "-c", lookScript, "cozy", file];
  const { exitCode, stdout, stderr } = await host.run(command, { timeoutMs: withinMs }, signal);
  if (exitCode === isOpen) return { host: host.host, maintenance: null };
  if (exitCode !== 0) throw notDone(host.host, file, stderr);
  return { host: host.host, maintenance: fieldsIn(stdout) };
}

async function put(
  host: Connection,
  file: string,
  wanted: Partial<Maintenance> | undefined,
  signal: AbortSignal,
): Promise<void> {
  const command =
    wanted === undefined ? ["rm", "-f", "--", file] : ["/bin/sh", "-c", closeScript, "cozy", file];
  const input = wanted === undefined ? "" : `${JSON.stringify(wanted)}\n`;
  const { exitCode, stderr } = await host.run(command, { input, timeoutMs: withinMs }, signal);
  if (exitCode !== 0) throw notDone(host.host, file, stderr);
}

function fieldsIn(text: string): Partial<Maintenance> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return {};
  }
  if (!isFields(value)) return {};
  const { since, who, message } = value;
  return {
    ...(typeof since === "number" ? { since } : {}),
    ...(typeof who === "string" ? { who } : {}),
    ...(typeof message === "string" ? { message } : {}),
  };
}

function notDone(host: string, file: string, stderr: string): CozyError {
  return new CozyError("maintenance-failed", {
    message: `${file} on ${host} could not be read or written.`,
    next: "cozy setup <environment>: it makes cozy's folders on the host.",
    details: stderr.trimEnd().split("\n").slice(-5),
  });
}

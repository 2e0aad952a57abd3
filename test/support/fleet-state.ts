import { setTimeout } from "node:timers/promises";
import type { FleetSandbox } from "./fleet.ts";
import { served } from "./sandbox.ts";

/** Old releases stay warm for a moment only, so that tests see what is left and what is on its way out. */
export const briefly = `keep: { releases: 2, warm: "2s" }, drain: { requests: "1s", streams: "1s" },`;

interface StatusJson {
  readonly host: { readonly current: string };
  readonly hosts: readonly {
    readonly host: string;
    readonly serves: readonly string[];
    readonly faults: readonly string[];
  }[];
  readonly lease: { readonly holder?: unknown } | null;
  readonly unfinished?: unknown;
}

/** Until what was warm has ended. */
const withinMs = 60_000;

/**
 * What keeps the fleet from serving this version, as one release on every host, with nothing left of another once it is warm no more;
 * `undefined` where nothing does.
 */
export async function faultOfFleet(fleet: FleetSandbox, version: string): Promise<string | undefined> {
  const end = performance.now() + withinMs;
  for (;;) {
    const fault = await faultNow(fleet, version);
    if (fault === undefined || performance.now() > end) return fault;
    await setTimeout(200);
  }
}

async function faultNow(fleet: FleetSandbox, version: string): Promise<string | undefined> {
  const { hosts, host, lease, unfinished } = await fleet.json<StatusJson>(["status", "staging"]);
  if (unfinished !== undefined) return `the plan is unfinished: ${JSON.stringify(unfinished)}`;
  if (lease?.holder !== undefined) return "the lease is still held";
  const faults = hosts.flatMap((one) => one.faults.map((fault) => `${one.host}: ${fault}`));
  if (faults.length > 0) return faults.join("; ");
  for (const { name } of fleet.lab.hosts) {
    const fault = await faultOfHost(fleet, name, host.current, version);
    if (fault !== undefined) return `${name} ${fault}`;
  }
  return undefined;
}

async function faultOfHost(
  fleet: FleetSandbox,
  name: string,
  release: string,
  version: string,
): Promise<string | undefined> {
  const answer = await served(fleet.urls[name] ?? "").catch((error: unknown) => String(error));
  if (typeof answer === "string") return `does not serve: ${answer}`;
  if (answer.version !== version) return `serves ${answer.version} instead of ${version}`;
  if (answer.release !== release) return `serves ${answer.release}, and ${release} is current`;
  const { routes, atBoot } = await onDisk(fleet, name);
  const others = [...routes, ...atBoot].filter((one) => !one.includes(release));
  if (others.length > 0) return `still has ${others.join(", ")}`;
  return atBoot.length === 2 ? undefined : `starts ${atBoot.length} instances at boot`;
}

/** Where the route table leads, and which instances would start with the host. */
async function onDisk({ on }: FleetSandbox, host: string) {
  const lines = async (script: string) => (await on(host, script)).split("\n").filter((line) => line !== "");
  return {
    routes: await lines("for link in /run/tiny-staging/routes/*.sock; do readlink $link; done | sort -u"),
    atBoot: await lines("ls /etc/systemd/system/*.wants | grep ^tiny-staging-web@ || true"),
  };
}

import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { linuxPids, linuxStat } from "../../instances/process-identity.ts";

/**
 * The TCP addresses that an instance's processes listen on, as `127.0.0.1:3000`: an instance is a session of its own, so its children
 * belong to it. Empty where the system can't tell, which only Linux can.
 */
export function tcpListeners(pid: number): readonly string[] {
  if (process.platform !== "linux") return [];
  try {
    const open = socketInodes(pid);
    return listeningSockets(pid).flatMap(({ address, inode }) => (open.has(inode) ? [address] : []));
  } catch {
    return []; // it has ended, or is somebody else's
  }
}

/** The address of a listening socket as `/proc/net/tcp` and `tcp6` write it; `undefined` for a line of anything else. */
export function parseListener(
  line: string,
): { readonly address: string; readonly inode: string } | undefined {
  const fields = line.trim().split(/\s+/);
  const [, local = "", , state] = fields;
  const inode = fields[9];
  const [host = "", port = ""] = local.split(":");
  if (state !== "0A" || inode === undefined || !/^([0-9A-F]{8}|[0-9A-F]{32})$/i.test(host)) return undefined;
  return { address: `${hostText(host)}:${Number.parseInt(port, 16)}`, inode };
}

function listeningSockets(pid: number) {
  return ["tcp", "tcp6"].flatMap((table) => {
    const lines = readIfThere(`/proc/${pid}/net/${table}`).split("\n");
    return lines.flatMap((line) => parseListener(line) ?? []);
  });
}

/** Of every process of the instance. */
function socketInodes(pid: number): ReadonlySet<string> {
  const ours = linuxPids().filter((each) => {
    const stat = linuxStat(each);
    return each === pid || stat?.session === pid || stat?.processGroup === pid;
  });
  return new Set(ours.flatMap(inodesOf));
}

function inodesOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return []; // closed meanwhile
      }
    });
  } catch {
    return [];
  }
}

/** The system writes addresses in words of four bytes, each the other way round on every machine that Node runs on. */
function hostText(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) =>
    (word.match(/../g) ?? []).toReversed().map((byte) => Number.parseInt(byte, 16)),
  );
  if (bytes.length === 4) return bytes.join(".");
  const mapped = bytes.slice(0, 12).join() === "0,0,0,0,0,0,0,0,0,0,255,255";
  if (mapped) return bytes.slice(12).join(".");
  if (bytes.every((byte) => byte === 0)) return "[::]";
  const groups = Array.from({ length: 8 }, (_, at) =>
    (((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0)).toString(16),
  );
  return `[${groups.join(":").replace(/(^|:)0(:0)+(:|$)/, "::")}]`;
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}

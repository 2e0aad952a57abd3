import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { messageOf } from "../errors/cozy-error.ts";

/** What every command of a scratch environment is started through. */
export interface Seal {
  /** Whether nothing can reach the network or write into what is protected; else why not. */
  readonly sealed: true | string;
  /** Words that stand before the command of an instance, which its supervisor looks after. */
  readonly instance: readonly string[];
  /** The same before a command that ends with whoever started it. */
  readonly command: readonly string[];
}

export interface SealRequest {
  /** What may be written to: the scratch environment's own folder. */
  readonly own: string;
  /** What can only be read, all that lies below it included. */
  readonly protect: readonly string[];
  readonly platform: NodeJS.Platform;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Seals commands off where the machine can: a network of their own with nothing in it but a loopback, and cozy's folders readable
 * only. Sockets on the file system work as before. The kernel's namespaces do it, so it holds for whatever the command starts; it keeps
 * mistakes in, and is no cage for hostile code.
 */
export async function sealFor(request: SealRequest, signal: AbortSignal): Promise<Seal> {
  const endsWithUs = program("setpriv");
  const bound = endsWithUs === undefined ? [] : [endsWithUs, "--pdeathsig", "KILL"];
  const open = (why: string): Seal => ({ sealed: why, instance: [], command: bound });
  if (request.platform !== "linux") return open("only Linux can seal a process off from the network");
  const programs = ["unshare", "ip", "mount"].map((name) => ({ name, path: program(name) }));
  const missing = programs.find(({ path }) => path === undefined);
  if (missing) return open(`the program ${missing.name} is not on this machine`);
  const [unshare = "", ip = "", mount = ""] = programs.map(({ path }) => path ?? "");
  let why = "";
  for (const variant of variants(unshare, request)) {
    const own = ["--", ip, mount, request.own, ...request.protect, "--"];
    const words = [unshare, "--net", "--mount", ...variant.outer, ...shell, ...own, ...variant.inner];
    const fault = await faultOf([...words, "/bin/sh", "-c", ":"], signal);
    if (fault === undefined) return { sealed: true, instance: words, command: [...bound, ...words] };
    why = fault;
  }
  return open(`this machine does not let cozy make a network of its own (${why})`);
}

interface Variant {
  readonly outer: readonly string[];
  readonly inner: readonly string[];
}

/** Without root, a user namespace in which cozy may do it, and within it another one that gives the command its own user again. */
function variants(unshare: string, { uid, gid }: SealRequest): readonly Variant[] {
  if (uid === 0) return [{ outer: [], inner: [] }];
  const outer = ["--user", "--map-root-user"];
  const back = [unshare, "--user", `--map-user=${uid}`, `--map-group=${gid}`];
  return [
    { outer, inner: back },
    { outer, inner: [] },
  ];
}

/** Entered anew at the end, because a path that begins at a folder of before would still lead around the mounts. */
const script = `set -e
shift; ip=$1 mount=$2 own=$3; shift 3
"$ip" link set lo up
while [ "$1" != -- ]; do "$mount" --rbind "$1" "$1"; "$mount" -o remount,bind,ro "$1"; shift; done
shift
"$mount" --rbind "$own" "$own"; "$mount" -o remount,bind,rw "$own"
cd "$PWD"
exec "$@"`;

const shell = ["/bin/sh", "-c", script, "sh"] as const;

async function faultOf(
  [file = "", ...args]: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(10_000)]);
  try {
    await promisify(execFile)(file, args, { signal: within, env: {} });
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    return typeof code === "number" ? `unshare ended with exit code ${code}` : messageOf(error);
  }
}

const folders = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"];

/** By its whole path, because a release's own search path comes without the system's. */
function program(name: string): string | undefined {
  return folders.map((folder) => `${folder}/${name}`).find((path) => existsSync(path));
}

import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { CozyError } from "../errors/cozy-error.ts";
import { listed } from "../shared/words.ts";

export interface Machine {
  readonly platform: NodeJS.Platform;
  /** Absent where the system knows no such number. */
  readonly uid: number | undefined;
  has(program: string): boolean;
}

/** Programs, with the Debian package that each comes in. */
const packageOf: Readonly<Record<string, string>> = {
  debootstrap: "debootstrap",
  "systemd-nspawn": "systemd-container",
  ip: "iproute2",
  tc: "iproute2",
  "ssh-keygen": "openssh-client",
  python3: "python3",
  unshare: "util-linux",
  nsenter: "util-linux",
  mount: "mount",
};

/** Throws what keeps a lab from this machine, if something does; `command` is what to run once it is out of the way. */
export function checkMachine(machine: Machine, command: string): void {
  if (machine.platform !== "linux") {
    throw new CozyError("lab-not-carried", {
      message: `A lab boots real Debian hosts in network namespaces of Linux, and this is ${machine.platform}.`,
      state: "Nothing was changed.",
      next: `Run it in a Linux virtual machine, as root: ${command}`,
    });
  }
  if (machine.uid !== 0) {
    throw new CozyError("lab-not-carried", {
      message: "A lab mounts file systems and makes networks, which only root may.",
      state: "Nothing was changed.",
      next: `sudo ${command}`,
    });
  }
  const missing = Object.keys(packageOf).filter((program) => !machine.has(program));
  if (missing.length === 0) return;
  const packages = new Set(missing.map((program) => packageOf[program] ?? program));
  throw new CozyError("lab-programs-missing", {
    message: `A lab needs ${listed(missing)}, which ${missing.length === 1 ? "is" : "are"} not installed here.`,
    state: "Nothing was changed.",
    next: `apt-get install ${[...packages].join(" ")}`,
  });
}

export function thisMachine(env: Readonly<Record<string, string | undefined>>): Machine {
  return {
    platform: process.platform,
    uid: process.getuid?.(),
    has: (program) => searchPath(env).some((folder) => isExecutable(join(folder, program))),
  };
}

/** Programs of the system's administration are not on everyone's path. */
function searchPath(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  return [...(env["PATH"] ?? "").split(":").filter((folder) => folder !== ""), ...systemFolders];
}

export const systemFolders = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"];

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

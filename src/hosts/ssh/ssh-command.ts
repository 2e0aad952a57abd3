import { knownName } from "./known-hosts.ts";
import { shellLine } from "./quote.ts";

/** Where a host is and who logs in there. */
export interface SshPlace {
  /** The host's name in the environment, for messages. */
  readonly host: string;
  /** A name or an IP address. */
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** The file of the private key; the deployer's own SSH decides where absent. */
  readonly identity: string | undefined;
  /** Whether the user is one that `cozy setup` makes, so that a bare server has none. */
  readonly madeBySetup?: boolean | undefined;
}

/** Files of one connection, in a folder of the deployer's own with short and plain names. */
export interface SshFiles {
  /** The socket that the connection is shared by. */
  readonly socket: string;
  /** The pinned keys of this host alone. */
  readonly knownHosts: string;
  /** Which key the host showed: whatever stands in the way, this says whether the host was met at all. */
  readonly seen: string;
  /** What `ssh` said, for messages. */
  readonly said: string;
}

/** How long it may take until a host has answered and shown its key. */
const connectSeconds = 10;

/** How often a host may leave the question whether it is there without an answer. */
const aliveMisses = 3;

/** Makes the shared connection and leaves it in the background; exits once it can be used. */
export function masterCommand(
  place: SshPlace,
  files: SshFiles,
  { keepSeconds, aliveSeconds }: { readonly keepSeconds: number; readonly aliveSeconds: number },
): readonly string[] {
  const alive = ["-o", `ServerAliveInterval=${aliveSeconds}`, "-o", `ServerAliveCountMax=${aliveMisses}`];
  const master = ["-M", "-N", "-f", "-S", files.socket, "-o", `ControlPersist=${keepSeconds}`];
  return ["ssh", ...master, ...alive, ...options(place, files), ...destination(place)];
}

/** Only has the host show its key: nothing is pinned in `files.knownHosts`, so nobody logs in. */
export function keyCommand(place: SshPlace, files: SshFiles): readonly string[] {
  return [
    "ssh",
    "-N",
    "-S",
    "none",
    "-o",
    "ControlMaster=no",
    ...options(place, files),
    ...destination(place),
  ];
}

/** What the deployer's own settings make of the place: `hostname`, `port`, `proxyjump` and more, a line each. */
export function settingsCommand(place: SshPlace, files: SshFiles): readonly string[] {
  return ["ssh", "-G", ...options(place, files), ...destination(place)];
}

/** Runs a command over the shared connection, and nowhere else. */
export function sessionCommand(
  place: SshPlace,
  files: SshFiles,
  command: readonly string[],
): readonly string[] {
  return ["ssh", ...shared(files), "-T", "-e", "none", ...destination(place), shellLine(command)];
}

export function leaveCommand(place: SshPlace, files: SshFiles): readonly string[] {
  return ["ssh", ...shared(files), "-O", "stop", ...destination(place)];
}

/** For a person's terminal: over the shared connection where it is there, else with the same checks as that one. */
export function terminalCommand(
  place: SshPlace,
  files: SshFiles,
  command: readonly string[],
): readonly string[] {
  return [
    "ssh",
    "-t",
    "-S",
    files.socket,
    ...options(place, files),
    ...destination(place),
    shellLine(command),
  ];
}

/** What rsync is told to start in the place of `ssh`, in rsync's own way of writing words. */
export function rsyncShell(files: SshFiles): string {
  return ["ssh", ...shared(files), "-T", "-e", "none"].map(rsyncWord).join(" ");
}

/**
 * The deployer's settings hold, a jump host above all; but whatever could weaken the check of the key, ask somebody, or carry more than
 * this connection is set here, and what is set first counts.
 */
function options(place: SshPlace, files: SshFiles): string[] {
  const set: Record<string, string | number> = {
    BatchMode: "yes",
    StrictHostKeyChecking: "yes",
    UserKnownHostsFile: files.knownHosts,
    GlobalKnownHostsFile: "/dev/null",
    KnownHostsCommand: `/bin/sh -c "echo \\"$1 $2\\" >>\\"$0\\"" ${files.seen} %t %K`,
    // By what the project says, and not by what the deployer's settings make of it.
    HostKeyAlias: knownName(place.address, place.port),
    CheckHostIP: "no",
    UpdateHostKeys: "no",
    VerifyHostKeyDNS: "no",
    NoHostAuthenticationForLocalhost: "no",
    ConnectTimeout: connectSeconds,
    ConnectionAttempts: 1,
    ForwardAgent: "no",
    ForwardX11: "no",
    ClearAllForwardings: "yes",
    Tunnel: "no",
    PermitLocalCommand: "no",
    RemoteCommand: "none",
    LogLevel: "ERROR",
    ...(place.identity !== undefined && {
      IdentitiesOnly: "yes",
      IdentityFile: `"${place.identity.replaceAll("%", "%%")}"`,
    }),
  };
  return Object.entries(set).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
}

/**
 * A command over the shared connection needs no settings. Where that connection is gone, `ssh` would make one of its own; it is given a
 * way to the host that fails at once.
 */
function shared({ socket }: SshFiles): string[] {
  return [
    "-F",
    "none",
    "-o",
    "ProxyCommand=false",
    "-o",
    "ControlMaster=no",
    "-o",
    "BatchMode=yes",
    "-S",
    socket,
  ];
}

function destination({ address, port, user }: SshPlace): string[] {
  return ["-p", String(port), "-l", user, "--", address];
}

/** rsync splits at spaces, and takes a quote in quotes as two of them. */
function rsyncWord(word: string): string {
  return /^[\w./=:-]+$/.test(word) ? word : `'${word.replaceAll("'", "''")}'`;
}

import type { ServerLayout } from "../../hosts/server-layout.ts";

export interface SandboxFacts {
  readonly layout: ServerLayout;
  /** Folders that the application may write into beside its sockets'; whatever else there is, it can only read. */
  readonly writable: readonly string[];
  /** Whether programs may make memory both writable and executable: V8 does, Python does not need to. */
  readonly executableMemory: boolean;
  /** Without a network, and without a way to the environment's own sockets: for a scratch environment. */
  readonly sealed?: boolean;
}

/**
 * What keeps the application's processes to themselves: the lines of `[Service]`. The network stays open, because databases and mail
 * servers are reached by it. Pure.
 */
export function sandboxLines({ layout, writable, executableMemory, sealed = false }: SandboxFacts): string[] {
  const folders = sealed ? writable : [layout.paths.run, ...writable];
  return [
    `User=${layout.id}`,
    `Group=${layout.id}`,
    `SupplementaryGroups=${layout.socketGroup}`,
    "# Sockets and files are for the groups that their folders have, and for nobody else.",
    "UMask=0007",
    "NoNewPrivileges=yes",
    "CapabilityBoundingSet=",
    "AmbientCapabilities=",
    "ProtectSystem=strict",
    ...folders.map((folder) => `ReadWritePaths=-${folder}`),
    "ProtectHome=yes",
    "PrivateTmp=yes",
    ...(sealed
      ? ["# Nothing but a loopback of its own; sockets on the disk work as ever.", "PrivateNetwork=yes"]
      : []),
    "PrivateDevices=yes",
    "DevicePolicy=closed",
    "PrivateUsers=yes",
    "PrivateMounts=yes",
    "ProtectHostname=yes",
    "ProtectClock=yes",
    "ProtectKernelTunables=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelLogs=yes",
    "ProtectControlGroups=yes",
    "# Of /proc only the processes of others are hidden: without cpuinfo, a Node application counts no processors.",
    "ProtectProc=invisible",
    "RestrictNamespaces=yes",
    "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes",
    "LockPersonality=yes",
    "RemoveIPC=yes",
    "KeyringMode=private",
    ...(executableMemory ? [] : ["MemoryDenyWriteExecute=yes"]),
    "# Netlink is how a program reads which addresses the host has.",
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    "SystemCallFilter=~@privileged @resources",
    "# gunicorn gives its socket, and its workers, to its own user; without capabilities these can do no more than that.",
    "SystemCallFilter=@chown setuid setuid32",
    "SystemCallErrorNumber=EPERM",
  ];
}

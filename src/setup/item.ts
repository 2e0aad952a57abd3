/**
 * One thing that a host should have. Each is compared with what is there before anything is done, so that whatever was cut off is gone on
 * with, and a second run changes nothing.
 */
export type SetupItem =
  /** All that are missing are installed at once; of names with a `|` between any will do, and the first is installed. */
  | { readonly kind: "packages"; readonly names: readonly string[] }
  | { readonly kind: "group"; readonly name: string }
  | {
      readonly kind: "user";
      readonly name: string;
      readonly group: string;
      readonly home: string;
      readonly shell: string;
    }
  | { readonly kind: "member"; readonly user: string; readonly group: string }
  | {
      readonly kind: "directory";
      readonly path: string;
      readonly owner: string;
      readonly group: string;
      /** As `stat` has it: `2770`. */
      readonly mode: string;
    }
  /** Lines that have to be in a user's own file; others may be there too. */
  | {
      readonly kind: "lines";
      readonly path: string;
      readonly user: string;
      readonly lines: readonly string[];
    }
  /** A file of random text that its user alone reads, drawn once. */
  | { readonly kind: "token"; readonly path: string; readonly user: string }
  /** A key pair that its host made itself, for an SSH of root's own. */
  | { readonly kind: "ssh-key"; readonly path: string; readonly comment: string }
  /** Neither the user nor a group of that name. */
  | { readonly kind: "no-user"; readonly name: string }
  /** Neither enabled nor running. */
  | { readonly kind: "no-service"; readonly name: string }
  | FileItem
  | { readonly kind: "link"; readonly path: string; readonly to: string; readonly readBy: SetupAction }
  | { readonly kind: "absent"; readonly path: string; readonly readBy: SetupAction }
  /** A setting of the kernel, beside the file that sets it at each boot. */
  | { readonly kind: "kernel"; readonly name: string; readonly value: string }
  /** What has to be done once after files have changed. */
  | { readonly kind: "action"; readonly action: ActionName }
  /** Enabled, and running; of names with a `|` between the one that is installed. */
  | { readonly kind: "service"; readonly name: string }
  /** Everything of an environment that runs is ended, and does not come back at boot. */
  | { readonly kind: "ended"; readonly id: string }
  /** What runs by a unit of a former cozy's finds its variables where the new ones have them, when it is started again. */
  | { readonly kind: "credentials"; readonly id: string; readonly user: string }
  /** No template unit of the environment but these, and those that something runs by or starts by at boot. */
  | { readonly kind: "templates"; readonly id: string; readonly keep: readonly string[] }
  /** An environment's folders are packed away and removed, and its user and groups with them. */
  | {
      readonly kind: "packed";
      readonly id: string;
      readonly root: string;
      readonly logs: string;
      readonly groups: readonly string[];
    }
  /** The declared ports in force; what was there comes back by itself unless it is confirmed. */
  | {
      readonly kind: "firewall";
      /** In words, what listens now and is reached no more once the first rules are in force. */
      readonly closes?: string | undefined;
    };

export interface FileItem {
  readonly kind: "file";
  readonly path: string;
  readonly text: string;
  readonly owner: string;
  readonly group: string;
  readonly mode: string;
  /** Whether what differs may be shown. */
  readonly isSecret: boolean;
  readonly readBy: SetupAction;
}

/** A file of root's that everybody may read, unless its mode says otherwise. Pure. */
export function rootsFile(path: string, text: string, readBy: SetupAction, mode = "644"): FileItem {
  return { kind: "file", path, text, owner: "root", group: "root", mode, isSecret: false, readBy };
}

/** Noted on the host before a file changes and forgotten when it was done, so that a kill in between loses none. */
export type SetupAction =
  | "nothing"
  | "systemd"
  | "tmpfiles"
  | "journald"
  | "sudo"
  | "sshd"
  | "nginx"
  | "fail2ban"
  | "redis"
  | "firewall";

/** The firewall is no such action: its state is compared. */
export type ActionName = Exclude<SetupAction, "nothing" | "firewall">;

/** What became of an item, in its place in the plan. */
export interface ItemReport {
  readonly index: number;
  readonly outcome: ItemOutcome;
  /** For a person: what was missing, what was kept and where, what a program said. */
  readonly note: string;
  /** How a file differed, as `diff -u` tells it. */
  readonly diff: string;
}

export type ItemOutcome = "unchanged" | "changed" | "would-change" | "failed";

/** A short name of an item, the same in every message. Pure. */
export function itemTitle(item: SetupItem): string {
  switch (item.kind) {
    case "packages":
      return `packages ${item.names.map((name) => name.split("|")[0]).join(", ")}`;
    case "group":
      return `group ${item.name}`;
    case "user":
      return `user ${item.name}`;
    case "member":
      return `${item.user} in ${item.group}`;
    case "directory":
      return `${item.path}/`;
    case "lines":
    case "token":
    case "ssh-key":
    case "file":
    case "link":
      return item.path;
    case "absent":
      return `no ${item.path}`;
    case "no-user":
      return `no user ${item.name}`;
    case "no-service":
      return `no service ${item.name}`;
    case "kernel":
      return item.name;
    case "action":
      return actionTitles[item.action];
    case "service":
      return `service ${item.name.split("|")[0]}`;
    case "ended":
      return `nothing of ${item.id} runs`;
    case "credentials":
      return `variables of ${item.id} in root's keeping`;
    case "templates":
      return `no unit of a former process type of ${item.id}`;
    case "packed":
      return `the data of ${item.id} packed away`;
    case "firewall":
    default:
      return "firewall in force";
  }
}

const actionTitles: Readonly<Record<ActionName, string>> = {
  systemd: "systemd reads its units",
  tmpfiles: "links in /run",
  journald: "journald reads its settings",
  sudo: "sudo's rules are sound",
  sshd: "sshd reads its settings",
  nginx: "nginx reads its sites",
  fail2ban: "fail2ban reads its jails",
  redis: "Redis reads its settings",
};

import { labLayout } from "./lab-layout.ts";
import { labNames, openLab, readLab, type LabState } from "./lab-state.ts";
import { isLeft } from "./left-labs.ts";
import type { MadeBy } from "./made-by.ts";
import { isOn } from "./power.ts";

/** A lab as it is now. */
export interface LabLook {
  readonly name: string;
  readonly phase: LabState["phase"];
  /** Whether the program that was to take it down has ended without doing so. */
  readonly leftBehind: boolean;
  readonly madeBy: MadeBy | undefined;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly keyFile: string;
  readonly knownHostsFile: string;
  /** The balancer is the last of them, where there is one. */
  readonly hosts: readonly HostLook[];
}

export interface HostLook {
  readonly name: string;
  readonly address: string;
  readonly sshPort: number;
  /** `ssh-ed25519 …`, to pin it; absent while the lab is being made. */
  readonly hostKey: string | undefined;
  readonly on: boolean;
  readonly cut: boolean;
  readonly slow: LabState["hosts"][number]["slow"];
}

export async function lookAtLabs(): Promise<readonly LabLook[]> {
  const labs = await Promise.all((await labNames()).map(readLab));
  return Promise.all(labs.flatMap((lab) => (lab === undefined ? [] : [look(lab)])));
}

export async function lookAtLab(name: string): Promise<LabLook> {
  return look(await openLab(name));
}

async function look(lab: LabState): Promise<LabLook> {
  const { name, phase, madeBy, createdAt, hosts } = lab;
  const { key, knownHosts } = labLayout(name);
  return {
    name,
    phase,
    leftBehind: isLeft(lab),
    madeBy,
    createdAt,
    keyFile: key,
    knownHostsFile: knownHosts,
    hosts: await Promise.all(
      hosts.map(async (host) => ({
        name: host.name,
        address: host.address,
        sshPort: 22,
        hostKey: host.hostKey,
        on: await isOn(name, host.name),
        cut: host.cut,
        slow: host.slow,
      })),
    ),
  };
}

import { fingerprint, type HostKey } from "../hosts/ssh/known-hosts.ts";
import type { ServerHost } from "../project/servers.ts";

/** A host's key, and what became of it. */
export interface TrustReport {
  readonly host: string;
  readonly address: string;
  readonly port: number;
  readonly type: string;
  readonly fingerprint: string;
  readonly outcome: "was trusted" | "trusted" | "replaced";
}

/** What a person compares before they say yes. Pure. */
export function comparisonText(host: ServerHost, shown: HostKey, former: readonly HostKey[]): string {
  const name = shown.type.replace(/^ssh-/, "").replace(/^ecdsa-.*$/, "ecdsa");
  return [
    `${host.name} (${addressText(host)}) shows this key:`,
    "",
    `  ${fingerprint(shown)}  ${shown.type}`,
    ...former.map((key) => `  ${fingerprint(key)}  is the one that was trusted until now`),
    "",
    "Compare it with what the host itself says, on its console or as its provider shows it:",
    "",
    `  ssh-keygen -lf /etc/ssh/ssh_host_${name}_key.pub`,
    "",
    "Is it the same?",
  ].join("\n");
}

/** Pure. */
export function trustText(reports: readonly TrustReport[], file: string): string {
  const lines = reports.map((report) => {
    const { host, outcome, fingerprint: print } = report;
    const what = {
      "was trusted": "is trusted already",
      trusted: "is trusted now",
      replaced: "is trusted now, with its new key",
    };
    return `${host} ${what[outcome]}: ${print}`;
  });
  const isWritten = reports.some(({ outcome }) => outcome !== "was trusted");
  return [...lines, ...(isWritten ? ["", `Commit ${file}: whoever deploys goes by it.`] : [])].join("\n");
}

export function addressText({ address, sshPort }: Pick<ServerHost, "address" | "sshPort">): string {
  return sshPort === 22 ? address : `${address}, port ${sshPort}`;
}

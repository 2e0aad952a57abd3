import { balancerCertificate, balancerConfig, type BalancerTarget } from "./balancer-config.ts";
import { machineAddress, packageProxyPort } from "./lab-layout.ts";

/** A file that a host has before its first boot; paths are relative to its root. Folders are the image's own, or root's. */
export interface HostFile {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

export interface HostFacts {
  readonly name: string;
  /** What systemd knows the host by: 32 hexadecimal digits. */
  readonly machineId: string;
  readonly network: number;
  /** All of the lab, itself included. */
  readonly hosts: readonly { readonly name: string; readonly address: string }[];
  readonly authorizedKey: string;
  readonly hostKey: { readonly private: string; readonly public: string };
}

/** Pure. */
export function hostFiles(facts: HostFacts): readonly HostFile[] {
  const { name, machineId, network, hosts, authorizedKey, hostKey } = facts;
  const names = hosts.map((host) => `${host.address} ${host.name}\n`);
  const proxy = `http://${machineAddress(network)}:${packageProxyPort}`;
  return [
    { path: "etc/hostname", text: `${name}\n`, mode: 0o644 },
    { path: "etc/machine-id", text: `${machineId}\n`, mode: 0o444 },
    { path: "etc/hosts", text: `127.0.0.1 localhost\n::1 localhost\n${names.join("")}`, mode: 0o644 },
    // There is nothing to ask for names outside the lab; whoever asks is told so at once.
    { path: "etc/resolv.conf", text: "", mode: 0o644 },
    { path: "etc/apt/apt.conf.d/91lab-proxy", text: proxyText(proxy), mode: 0o644 },
    { path: "root/.ssh/authorized_keys", text: `${authorizedKey.trim()}\n`, mode: 0o600 },
    { path: "etc/ssh/ssh_host_ed25519_key", text: hostKey.private, mode: 0o600 },
    { path: "etc/ssh/ssh_host_ed25519_key.pub", text: hostKey.public, mode: 0o644 },
  ];
}

export function balancerFiles(target: BalancerTarget): readonly HostFile[] {
  const config = { path: "etc/haproxy/haproxy.cfg", text: balancerConfig(target), mode: 0o644 };
  if (target.endsTls !== true) return [config];
  return [
    config,
    { path: "etc/systemd/system/haproxy.service.d/lab.conf", text: certificateDropIn, mode: 0o644 },
  ];
}

const certificateDropIn = `[Service]
ExecStartPre=/bin/sh -c 'test -s ${balancerCertificate} || { openssl req -x509 -newkey rsa:2048 -nodes -days 90 -subj /CN=balancer -keyout ${balancerCertificate}.key -out ${balancerCertificate}.new 2>/dev/null && cat ${balancerCertificate}.key >> ${balancerCertificate}.new && mv ${balancerCertificate}.new ${balancerCertificate}; }'
`;

/** Links that switch a unit of the image on, as `systemctl enable` makes them. */
export const balancerLinks = [
  {
    path: "etc/systemd/system/multi-user.target.wants/haproxy.service",
    to: "/lib/systemd/system/haproxy.service",
  },
];

function proxyText(proxy: string): string {
  return `Acquire::http::Proxy "${proxy}";\nAcquire::https::Proxy "${proxy}";\n`;
}

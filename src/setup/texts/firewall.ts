const head = "# Made by `cozy setup`, which replaces it: what is changed here by hand does not stay.";

export const firewallFolder = "/etc/cozy/firewall";

/**
 * nftables: a table of cozy's own, so that whatever else is on the host keeps its rules. What comes in is dropped but for the declared
 * ports, which each environment names in a file of its own.
 */
export function firewallText(): string {
  return `${head}
table inet cozy
delete table inet cozy
table inet cozy {
  set open_ports {
    type inet_service
  }

  chain input {
    type filter hook input priority filter; policy drop;
    ct state established,related accept
    ct state invalid drop
    iif "lo" accept
    meta l4proto { icmp, ipv6-icmp } accept
    udp sport 67 udp dport 68 accept
    ip6 saddr fe80::/10 udp dport 546 accept
    tcp dport @open_ports accept
  }
}
include "${firewallFolder}/ports/*.nft"
`;
}

/** The ports of one environment: where its hosts are reached by SSH, its site, and what it declares beside. */
export function portsText(ports: readonly number[]): string {
  const all = [...new Set(ports)].toSorted((a, b) => a - b);
  return `${head}\nadd element inet cozy open_ports { ${all.join(", ")} }\n`;
}

/** At each boot, before the network is up: the rules that were confirmed last. */
export function firewallUnit(): string {
  return `${head}
[Unit]
Description=The firewall of cozy
DefaultDependencies=no
Before=network-pre.target
Wants=network-pre.target
ConditionPathExists=${firewallFolder}/confirmed.nft

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft -f ${firewallFolder}/confirmed.nft

[Install]
WantedBy=sysinit.target
`;
}

/** A drop-in of Debian's own nftables.service, which flushes every table whenever it starts, reloads or stops: cozy's comes back then. */
export function nftablesDropIn(): string {
  const back = `-/usr/sbin/nft -f ${firewallFolder}/confirmed.nft`;
  return `${head}
[Service]
ExecStartPost=${back}
ExecReload=${back}
ExecStopPost=${back}
`;
}

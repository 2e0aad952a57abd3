const head = "# Made by `cozy setup`, which replaces it: what is changed here by hand does not stay.";

export const sshdFile = "/etc/ssh/sshd_config.d/10-cozy.conf";

/** sshd_config.d: keys only. Whether root may log in is left as strict as it was. */
export function sshdText(permitRootLogin: string): string {
  const lets = ["yes", "without-password", "prohibit-password"].includes(permitRootLogin);
  return [
    head,
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "PermitEmptyPasswords no",
    ...(lets ? ["PermitRootLogin prohibit-password"] : []),
    "X11Forwarding no",
    "# What a deployer that is gone has left is ended after 45 s.",
    "ClientAliveInterval 15",
    "ClientAliveCountMax 3",
    "MaxStartups 30:30:100",
    "LoginGraceTime 30",
    "",
  ].join("\n");
}

/** jail.d: who fails to log in again and again waits. Debian 12 writes no auth.log, so it is read from the journal. */
export function fail2banText(sshPorts: readonly number[]): string {
  return [
    head,
    "[DEFAULT]",
    "banaction = nftables[type=multiport]",
    "banaction_allports = nftables[type=allports]",
    "",
    "[sshd]",
    "enabled = true",
    "backend = systemd",
    `port = ${sshPorts.join(",")}`,
    "maxretry = 5",
    "findtime = 10m",
    "bantime = 1h",
    "",
  ].join("\n");
}

/** apt.conf.d: security updates by themselves; which sources count is Debian's own choice. */
export function upgradesText(): string {
  return [
    head.replace("#", "//"),
    'APT::Periodic::Update-Package-Lists "1";',
    'APT::Periodic::Unattended-Upgrade "1";',
    'APT::Periodic::AutocleanInterval "7";',
    'Unattended-Upgrade::Automatic-Reboot "false";',
    "",
  ].join("\n");
}

/** A drop-in of Debian's own logrotate.timer, which runs once a day: by then a busy site's logs are far past their `maxsize`. */
export function logrotateDropIn(): string {
  return [
    head,
    "[Timer]",
    "OnCalendar=",
    "OnCalendar=hourly",
    "AccuracySec=1min",
    "RandomizedDelaySec=0",
    "",
  ].join("\n");
}

/** By name. Small on purpose: the rest of Debian's kernel is set well for what runs here. */
export const kernelSettings: Readonly<Record<string, string>> = {
  "kernel.kptr_restrict": "1",
  "net.core.somaxconn": "4096",
  "net.ipv4.conf.all.accept_redirects": "0",
  "net.ipv4.conf.all.send_redirects": "0",
  "net.ipv4.tcp_syncookies": "1",
  "net.ipv6.conf.all.accept_redirects": "0",
};

/** sysctl.d. */
export function kernelText(): string {
  const lines = Object.entries(kernelSettings).map(([name, value]) => `${name} = ${value}`);
  return [head, ...lines, ""].join("\n");
}

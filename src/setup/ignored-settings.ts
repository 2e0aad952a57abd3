/**
 * The settings of a file for sshd that sshd, by its own word (`sshd -T`), does not have: it takes the first value that it reads, and no file
 * that its main one does not include. As the file has them. Pure.
 */
export function ignoredSettings(file: string, effective: string): readonly string[] {
  const inForce = new Map(settings(effective).map(({ name, value }) => [name, value]));
  return settings(file).flatMap(({ line, name, value }) => {
    const has = inForce.get(name);
    return has === undefined || has === value ? [] : [line];
  });
}

/** What a server's set-up says of them, and what to do. Pure. */
export function ignoredText(host: string, path: string, ignored: readonly string[]): string {
  return `${host}: sshd does not heed ${path} (${ignored.join(", ")}). Write "Include /etc/ssh/sshd_config.d/*.conf" above all else in /etc/ssh/sshd_config there, or take away what another file before it says; then, there: systemctl reload ssh`;
}

function settings(text: string) {
  return text.split("\n").flatMap((whole) => {
    const line = whole.trim();
    const [, name, value] = /^([A-Za-z]\w*)\s+(.+)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) return [];
    return [{ line, name: name.toLowerCase(), value: usual(value.toLowerCase()) }];
  });
}

/** sshd tells it by its older name. */
function usual(value: string): string {
  return value === "prohibit-password" ? "without-password" : value;
}

/** What stands on a host: `1.22.1`, `3.0.17`. */
export interface NginxVersions {
  readonly nginx: string;
  /** Of the library that nginx runs with. */
  readonly openssl: string;
}

/** Pure: whether a version is at least another; what follows the numbers (`1.1.1w`) does not count. */
export function atLeast(version: string, wanted: string): boolean {
  const [have, want] = [numbersOf(version), numbersOf(wanted)];
  const at = want.findIndex((number, index) => (have[index] ?? 0) !== number);
  return at === -1 || (have[at] ?? 0) > (want[at] ?? 0);
}

/** From what `nginx -V` says, on either stream; `undefined` for what is no nginx with TLS. */
export function versionsIn(output: string): NginxVersions | undefined {
  const [, nginx] = /^nginx version: \S+\/([\d.]+)/m.exec(output) ?? [];
  // The library in use stands behind the one it was built with, where they differ.
  const [, built, running] =
    /^built with OpenSSL ([\d.]+\w*)(?:.*running with OpenSSL ([\d.]+\w*))?/m.exec(output) ?? [];
  const openssl = running ?? built;
  return nginx === undefined || openssl === undefined ? undefined : { nginx, openssl };
}

function numbersOf(version: string): number[] {
  return (version.match(/\d+/g) ?? []).map(Number);
}

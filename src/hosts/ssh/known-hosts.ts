import { createHash, createHmac } from "node:crypto";

/** A public key of a host: `ssh-ed25519` and the key itself in base64, as OpenSSH writes both. */
export interface HostKey {
  readonly type: string;
  readonly key: string;
}

/** The lines of a `known_hosts` file, in OpenSSH's own format. */
export interface KnownHosts {
  readonly lines: readonly KnownLine[];
  /** Numbers, from 1 on, of lines that are neither empty, comments nor entries. */
  readonly damaged: readonly number[];
}

export interface KnownLine {
  readonly text: string;
  /** Absent for comments and empty lines. */
  readonly entry: KnownEntry | undefined;
}

interface KnownEntry {
  readonly marker: string | undefined;
  readonly names: string;
  readonly hostKey: HostKey;
}

/** How the key that a host showed stands to what is pinned for it. */
export type KeyStanding = "pinned" | "unknown" | "changed" | "revoked";

/** The name that a host's key is kept under: its address, with the port where that is not the usual one. */
export function knownName(address: string, port: number): string {
  return port === 22 ? address : `[${address}]:${port}`;
}

export function parseKnownHosts(text: string): KnownHosts {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  const parsed = lines.map((line) => ({ text: line, entry: parseEntry(line) }));
  const damaged = parsed.flatMap(({ text, entry }, index) =>
    entry === undefined && !/^\s*(#|$)/.test(text) ? [index + 1] : [],
  );
  return { lines: parsed, damaged };
}

/** What is pinned for a name; none of what is marked as revoked. */
export function pinnedKeys({ lines }: KnownHosts, name: string): readonly HostKey[] {
  return lines.flatMap(({ entry }) =>
    entry !== undefined && entry.marker === undefined && isMeant(entry, name) ? [entry.hostKey] : [],
  );
}

/** The names of each entry that pins a key; what is hashed, a pattern or revoked names nobody. */
export function namesPinned({ lines }: KnownHosts): readonly (readonly string[])[] {
  return lines.flatMap(({ entry }) =>
    entry === undefined || entry.marker !== undefined || /^\|1\||[*?!]/.test(entry.names)
      ? []
      : [entry.names.split(",")],
  );
}

/** OpenSSH decides whether it connects; this says why it did not. */
export function standingOf(known: KnownHosts, name: string, shown: HostKey): KeyStanding {
  const entries = known.lines.flatMap(({ entry }) =>
    entry !== undefined && isMeant(entry, name) ? [entry] : [],
  );
  const isShown = ({ hostKey }: KnownEntry) => hostKey.key === shown.key;
  if (entries.some((entry) => entry.marker === "@revoked" && isShown(entry))) return "revoked";
  const pinned = entries.filter(({ marker }) => marker !== "@revoked");
  if (pinned.length === 0) return "unknown";
  return pinned.some(isShown) ? "pinned" : "changed";
}

/** Only the lines that say something of this host: what a connection goes by, and what it is named after. */
export function linesFor({ lines }: KnownHosts, name: string): string {
  const meant = lines.filter(({ entry }) => entry !== undefined && isMeant(entry, name));
  return meant.map(({ text }) => `${text.trim()}\n`).join("");
}

/** The file's text with this key as the only one of a name; comments and other hosts' lines stay as they are. */
export function withKey({ lines }: KnownHosts, name: string, { type, key }: HostKey): string {
  const kept = lines.flatMap((line) => withoutName(line, name));
  return [...kept, `${name} ${type} ${key}`, ""].join("\n");
}

/** `SHA256:…`, as `ssh-keygen -l` shows it on the host. */
export function fingerprint({ key }: HostKey): string {
  const hash = createHash("sha256").update(Buffer.from(key, "base64")).digest("base64");
  return `SHA256:${hash.replace(/=+$/, "")}`;
}

function parseEntry(line: string): KnownEntry | undefined {
  const words = line.trim().split(/\s+/);
  const marker = words[0]?.startsWith("@") ? words.shift() : undefined;
  const [names, type, key] = words;
  if (names === undefined || type === undefined || key === undefined || names.startsWith("#"))
    return undefined;
  if (!/^[a-z][a-z0-9@.-]+$/.test(type) || !isBase64(key)) return undefined;
  return { marker, names, hostKey: { type, key } };
}

function isBase64(text: string): boolean {
  return /^[A-Za-z0-9+/]{16,}={0,2}$/.test(text) && text.length % 4 === 0;
}

function isMeant({ names }: KnownEntry, name: string): boolean {
  if (names.startsWith("|1|")) return isHashOf(names, name);
  const patterns = names.split(",");
  const matches = (pattern: string) => wildcard(pattern).test(name);
  if (patterns.some((pattern) => pattern.startsWith("!") && matches(pattern.slice(1)))) return false;
  return patterns.some((pattern) => !pattern.startsWith("!") && matches(pattern));
}

/** `|1|<salt>|<HMAC-SHA1 of the name>`: OpenSSH's `HashKnownHosts`. */
function isHashOf(hashed: string, name: string): boolean {
  const [, , salt = "", hash = ""] = hashed.split("|");
  const own = createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest("base64");
  return own === hash;
}

function wildcard(pattern: string): RegExp {
  const body = pattern.replaceAll(/[^*?]/g, (char) =>
    /\w/.test(char) ? char : `\\u{${char.codePointAt(0)?.toString(16)}}`,
  );
  return new RegExp(`^${body.replaceAll("*", ".*").replaceAll("?", ".")}$`, "iu");
}

/** A line without this very name; the line itself where it is about others, or a pattern of several. */
function withoutName(line: KnownLine, name: string): string[] {
  const { entry, text } = line;
  if (entry === undefined || entry.marker !== undefined) return [text];
  if (entry.names.startsWith("|1|")) return isHashOf(entry.names, name) ? [] : [text];
  const names = entry.names.split(",");
  const others = names.filter((one) => one.toLowerCase() !== name.toLowerCase());
  if (others.length === names.length) return [text];
  return others.length === 0 ? [] : [`${others.join(",")} ${entry.hostKey.type} ${entry.hostKey.key}`];
}

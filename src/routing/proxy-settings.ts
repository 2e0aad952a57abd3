import { readFile } from "node:fs/promises";
import { CozyError, messageOf } from "../errors/cozy-error.ts";
import { installNewest } from "../errors/install-newest.ts";
import { writeAtomically } from "../shared/atomic-write.ts";

/** The file that the embedded proxy is started with. */
export interface ProxySettingsFile {
  readonly format: 1;
  readonly address: string;
  /** `0` takes any free port; `/state` says which. */
  readonly port: number;
  /** The short name of the run folder; see `run-folder.ts`. */
  readonly runFolder: string;
  /** What the short name leads to; the proxy makes the name again when somebody cleans it away. */
  readonly realRunFolder: string;
  readonly static: ServedFolder | undefined;
  readonly media: ServedFolder | undefined;
  readonly accessLog: AccessLogSettings;
  /** A socket, with mode 0600, in a folder that only the user can enter. */
  readonly controlSocket: string;
  /** A file with mode 0600; whoever knows its content may choose the bucket and see who answered. */
  readonly proofTokenFile: string;
  /** Addresses and networks (`10.0.0.0/8`) of proxies before this one, whose `X-Forwarded-*` headers are believed. */
  readonly trustedPeers: readonly string[];
  readonly timeouts: ProxyTimeouts;
  readonly drain: ProxyDrain;
}

export interface ServedFolder {
  /** With a slash at both ends: `/static/`. */
  readonly url: string;
  readonly folder: string;
}

export interface AccessLogSettings {
  readonly file: string;
  /** Above this the file becomes `<file>.1` and a new one is begun. */
  readonly maxBytes: number;
  /** How many earlier files stay. */
  readonly keep: number;
}

/** None of them limits how long an answer's body takes: a download or an event stream may last for hours. */
export interface ProxyTimeouts {
  /** Until an instance accepts a connection; 2 s. */
  readonly connectMs: number;
  /** Until an instance has sent the head of its answer; then the client gets 504. 60 s. */
  readonly answerMs: number;
  /** Until a client has sent the head of its request; then it gets 408. 20 s. */
  readonly requestHeadMs: number;
  /** Between two parts of a request's body; then the client gets 408. 60 s. */
  readonly requestBodyMs: number;
  /** How long a client's connection stays open between requests: longer than the 60 s of the common load balancers. 75 s. */
  readonly keepAliveMs: number;
}

/** How long a proxy that was told to stop, or that was replaced, waits for what is in flight. */
export interface ProxyDrain {
  readonly requestsMs: number;
  readonly streamsMs: number;
  /** How long idle connections of clients get to use a `Connection: close` before they are closed. */
  readonly idleMs: number;
}

/** What a caller must say; the rest has defaults. */
export type ProxySettingsInput = Pick<
  ProxySettingsFile,
  "address" | "port" | "runFolder" | "realRunFolder" | "controlSocket" | "proofTokenFile"
> & {
  readonly static?: ServedFolder | undefined;
  readonly media?: ServedFolder | undefined;
  readonly accessLog: Pick<AccessLogSettings, "file"> & Partial<AccessLogSettings>;
  readonly trustedPeers?: readonly string[];
  readonly timeouts?: Partial<ProxyTimeouts>;
  readonly drain?: Partial<ProxyDrain>;
};

/** Pure: settings with every default filled in. */
export function proxySettings(input: ProxySettingsInput): ProxySettingsFile {
  return {
    format: 1,
    address: input.address,
    port: input.port,
    runFolder: input.runFolder,
    realRunFolder: input.realRunFolder,
    static: input.static,
    media: input.media,
    accessLog: { maxBytes: 10 * 1024 * 1024, keep: 5, ...input.accessLog },
    controlSocket: input.controlSocket,
    proofTokenFile: input.proofTokenFile,
    trustedPeers: input.trustedPeers ?? ["127.0.0.0/8", "::1"],
    timeouts: {
      connectMs: 2_000,
      answerMs: 60_000,
      requestHeadMs: 20_000,
      requestBodyMs: 60_000,
      keepAliveMs: 75_000,
      ...input.timeouts,
    },
    drain: { requestsMs: 30_000, streamsMs: 60_000, idleMs: 3_000, ...input.drain },
  };
}

export async function writeProxySettings(file: string, settings: ProxySettingsFile): Promise<void> {
  await writeAtomically(file, `${JSON.stringify(settings, null, 2)}\n`, 0o600);
}

export async function readProxySettings(
  file: string,
): Promise<{ settings: ProxySettingsFile; text: string }> {
  let text: string;
  let found: unknown;
  try {
    text = await readFile(file, "utf8");
    found = JSON.parse(text);
  } catch (error) {
    throw damaged(file, messageOf(error), error);
  }
  return { settings: parse(file, found), text };
}

function parse(file: string, found: unknown): ProxySettingsFile {
  if (isRecord(found) && typeof found["format"] === "number" && found["format"] > 1) {
    throw new CozyError("proxy-settings-too-new", {
      message: `${file} has format ${found["format"]}; this proxy reads format 1.`,
      state: "The proxy was not started; one that runs goes on.",
      next: installNewest,
    });
  }
  if (isInput(found)) return proxySettings(found);
  throw damaged(file, faultIn(found) ?? "");
}

function isInput(found: unknown): found is ProxySettingsInput {
  return faultIn(found) === undefined;
}

/** What is wrong with the settings. Only cozy writes them, so this looks for damage and not for slips of a hand. */
function faultIn(found: unknown): string | undefined {
  if (!isRecord(found)) return "it is not an object";
  if (found["format"] !== 1) return "it has no format";
  const texts = ["address", "runFolder", "realRunFolder", "controlSocket", "proofTokenFile"];
  const missing = texts.find((key) => typeof found[key] !== "string");
  if (missing !== undefined) return `${missing} is missing`;
  if (typeof found["port"] !== "number") return "port is missing";
  if (!isRecord(found["accessLog"]) || typeof found["accessLog"]["file"] !== "string") {
    return "accessLog.file is missing";
  }
  const folder = ["static", "media"].find((key) => found[key] !== undefined && !isServedFolder(found[key]));
  return folder === undefined ? undefined : `${folder} must have url and folder`;
}

function isServedFolder(value: unknown): boolean {
  return isRecord(value) && typeof value["url"] === "string" && typeof value["folder"] === "string";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function damaged(file: string, why: string, cause?: unknown): CozyError {
  return new CozyError("proxy-settings-damaged", {
    message: `The proxy's settings ${file} can't be read: ${why}.`,
    state: "The proxy was not started; one that runs goes on.",
    next: "The next deploy writes them anew: cozy deploy <environment>",
    cause,
  });
}

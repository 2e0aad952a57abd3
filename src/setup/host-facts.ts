import { isFields } from "../artifacts/kept-file.ts";
import { versionsIn, type NginxVersions } from "../routing/nginx/versions.ts";
import { probeHashOfSum } from "../routing/nginx/site.ts";
import { parseListeners, type Listener } from "./listeners.ts";

/** What a host is like, as far as its set-up depends on it. */
export interface HostFacts {
  readonly os: { readonly id: string; readonly version: string };
  /** Ports that sshd listens on; the one that this connection came by among them. */
  readonly sshPorts: readonly number[];
  /** `yes`, `no`, `without-password`, … as sshd has it now. */
  readonly permitRootLogin: string;
  /** Lines of public keys that whoever sets up logs in with. */
  readonly keys: readonly string[];
  readonly ipv6: boolean;
  /** Of what is installed; Debian 12's where nothing is yet. */
  readonly versions: NginxVersions;
  /** Of the proof token; nothing where it is not drawn yet. */
  readonly probeHash: string;
  /** The certificate that the site is served with. */
  readonly chain: string | undefined;
  /** Whether certbot renews the environment's certificate here. */
  readonly renews: boolean;
  /** The public key that this host fetches the certificate by, where it has one. */
  readonly reader: string | undefined;
  /** Process types of the releases that are kept, each of which may be put into force again; `undefined` where one can't be read. */
  readonly keptTypes: readonly string[] | undefined;
  /** The user of cozy's folder, where there is one. */
  readonly homeOwner: string | undefined;
  readonly listeners: readonly Listener[];
}

/** A host of which nothing is known yet: what a bare Debian 12 becomes. */
export const nominalFacts: HostFacts = {
  os: { id: "debian", version: "12" },
  sshPorts: [22],
  permitRootLogin: "without-password",
  keys: [],
  ipv6: true,
  versions: { nginx: "1.22.1", openssl: "3.0.17" },
  probeHash: "",
  chain: undefined,
  renews: false,
  reader: undefined,
  keptTypes: [],
  homeOwner: undefined,
  listeners: [],
};

/** Pure: from the lines that `factsText` has a host say. */
export function parseFacts(output: string): HostFacts {
  const told = new Map<string, string>();
  for (const line of output.split("\n")) {
    const [, name, value] = /^fact (\w+) (\S*)$/.exec(line) ?? [];
    if (name !== undefined)
      told.set(
        name,
        Buffer.from(value ?? "", "base64")
          .toString("utf8")
          .trim(),
      );
  }
  const text = (name: string) => told.get(name) ?? "";
  const [id = "", version = ""] = text("os").split(" ");
  const settings = text("sshd").split("\n");
  const valuesOf = (name: string) =>
    settings.flatMap((line) => (line.startsWith(`${name} `) ? [line.slice(name.length + 1)] : []));
  const [, , , connectedTo] = text("connection").split(" ");
  const ports = [connectedTo, ...valuesOf("port")].map(Number).filter((port) => port > 0);
  return {
    os: { id, version },
    sshPorts: [...new Set(ports)].toSorted((a, b) => a - b),
    permitRootLogin: valuesOf("permitrootlogin")[0] ?? "",
    keys: [...new Set(text("keys").split("\n").filter(isKey))],
    ipv6: Number(text("ipv6")) > 0,
    versions: versionsIn(text("nginx")) ?? nominalFacts.versions,
    probeHash: text("token") === "" ? "" : probeHashOfSum(text("token")),
    chain: text("chain") === "" ? undefined : `${text("chain")}\n`,
    renews: text("renews") !== "",
    reader: isKey(text("reader")) ? text("reader") : undefined,
    keptTypes: typesIn(text("releases")),
    homeOwner: text("owner") === "" ? undefined : text("owner"),
    listeners: parseListeners(text("listeners")),
  };
}

/** From the records of releases, with a NUL after each. */
function typesIn(text: string): readonly string[] | undefined {
  const types = new Set<string>();
  for (const record of text.split("\0").filter((each) => each.trim() !== "")) {
    try {
      const { processes }: { readonly processes?: unknown } = JSON.parse(record);
      if (!isFields(processes)) return undefined;
      for (const type of Object.keys(processes)) types.add(type);
    } catch {
      return undefined;
    }
  }
  return [...types].sort();
}

/** A line of `authorized_keys` that lets its key do everything; one with conditions is for something else. */
function isKey(line: string): boolean {
  return /^(ssh-|ecdsa-|sk-)\S+ [A-Za-z0-9+/=]{32,}/.test(line);
}

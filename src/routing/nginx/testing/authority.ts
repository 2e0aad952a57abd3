import { execFile, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "../../testing/ask.ts";
import { until } from "../../testing/stage.ts";

/** A certificate authority of a test's own: Pebble, with a DNS server that knows every name as one address. */
export interface Authority {
  readonly directory: string;
  /** The file of the certificate that the directory itself is served with. */
  readonly root: string;
  /** Who signs what it gives away, as PEM. */
  issuer(): Promise<string>;
  stop(): Promise<void>;
}

export interface AuthorityOptions {
  readonly folder: string;
  /** Where it is asked. */
  readonly address: string;
  /** Whom it finds under every name, and at which port it asks for the challenge. */
  readonly site: { readonly address: string; readonly httpPort: number };
}

export const hasAuthority = ["certbot", "pebble", "pebble-challtestsrv"].every(
  (name) => spawnSync("which", [name]).status === 0,
);

export async function startAuthority({ folder, address, site }: AuthorityOptions): Promise<Authority> {
  const [dns, port = 0, management = 0, control] = (await Promise.all([1, 2, 3, 4].map(freePort))).map(
    (one) => one.port,
  );
  const [root, key] = [join(folder, "authority.pem"), join(folder, "authority.key")];
  const names = ["-subj", "/CN=authority", "-addext", `subjectAltName=IP:${address},IP:127.0.0.1`];
  const files = ["-keyout", key, "-out", root, "-days", "2"];
  await promisify(execFile)("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", ...files, ...names]);
  const config = join(folder, "authority.json");
  const pebble = {
    listenAddress: `${address}:${port}`,
    managementListenAddress: `127.0.0.1:${management}`,
    certificate: root,
    privateKey: key,
    httpPort: site.httpPort,
    tlsPort: 1,
    ocspResponderURL: "",
    externalAccountBindingRequired: false,
    certificateValidityPeriod: ninetyDays,
  };
  await writeFile(config, JSON.stringify({ pebble }));
  const off = ["-http01", "", "-https01", "", "-tlsalpn01", "", "-management", `127.0.0.1:${control}`];
  const known = ["-defaultIPv4", site.address, "-defaultIPv6", ""];
  const running = [
    background("pebble-challtestsrv", ["-dns01", `127.0.0.1:${dns}`, ...known, ...off]),
    background("pebble", ["-config", config, "-dnsserver", `127.0.0.1:${dns}`]),
  ];
  await until(() => answers(address, port));
  return {
    directory: `https://${address}:${port}/dir`,
    root,
    async issuer() {
      // Its own certificate is in a file; who asks on this machine needs no proof of it.
      const asked = ["-sfk", `https://127.0.0.1:${management}/roots/0`];
      return (await promisify(execFile)("curl", asked)).stdout;
    },
    async stop() {
      await Promise.all(running.map(end));
    },
  };
}

const ninetyDays = 90 * 24 * 3600;

function background(name: string, args: readonly string[]): ChildProcess {
  const environment = { ...process.env, PEBBLE_VA_NOSLEEP: "1", PEBBLE_WFE_NONCEREJECT: "0" };
  return spawn(name, args, { stdio: "ignore", env: environment });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

async function answers(address: string, port: number): Promise<boolean> {
  const socket = connect(port, address);
  const outcome = await new Promise<boolean>((resolve) => {
    socket.on("connect", () => resolve(true)).on("error", () => resolve(false));
  });
  socket.destroy();
  return outcome;
}

import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, readdir, readlink, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { mayBeLeftOut } from "../../../test/support/may-be-left-out.ts";
import { shellLine } from "../../hosts/ssh/quote.ts";
import { certificateState } from "./certificate-state.ts";
import {
  forgetCommand,
  installProgram,
  issueCommand,
  renewCommand,
  type CertbotCommand,
  type CertbotRequest,
} from "./certbot.ts";
import { hasAuthority, startAuthority } from "./testing/authority.ts";
import { NginxStage } from "./testing/nginx-stage.ts";
import { nginxHere } from "./testing/private-nginx.ts";

const acme = {
  kind: "acme",
  email: "team@cozywish.com",
  directory: undefined,
  directoryRoot: undefined,
} as const;
const request: CertbotRequest = {
  id: "cozywish-production",
  names: ["cozywish.com", "www.cozywish.com"],
  certificate: acme,
  webroot: "/var/lib/cozy-acme",
  hook: "/usr/lib/cozy/certificate-cozywish-production",
};
const cleanUps: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

describe("commands for certbot", () => {
  it("ask for one certificate with all names, and leave the rest to Debian's timer", () => {
    expect(issueCommand(request)).toEqual({
      command: shellWords(
        "certbot certonly --non-interactive --agree-tos --email team@cozywish.com --no-eff-email --webroot " +
          "--webroot-path /var/lib/cozy-acme --cert-name cozywish-production --domain cozywish.com --domain www.cozywish.com " +
          "--key-type ecdsa --keep-until-expiring --renew-with-new-domains " +
          "--deploy-hook /usr/lib/cozy/certificate-cozywish-production",
      ),
      environment: {},
    });
    const lab = {
      ...request,
      certificate: { ...acme, directory: "https://ca.test/dir" },
      directoryRoot: "/root.pem",
    };
    expect(issueCommand(lab).command.slice(-2)).toEqual(["--server", "https://ca.test/dir"]);
    expect(issueCommand(lab).environment).toEqual({ REQUESTS_CA_BUNDLE: "/root.pem" });
    expect(renewCommand(request, "where it ends soon").command).not.toContain("--force-renewal");
    expect(forgetCommand(request).command).toEqual(
      shellWords("certbot delete --non-interactive --cert-name cozywish-production"),
    );
  });
});

describe.skipIf(mayBeLeftOut(spawnSync("openssl", ["version"]).status !== 0))(
  "the program that installs a certificate",
  () => {
    it("changes chain and key in one step, refuses what is no pair, and takes back what nginx refuses", async () => {
      const folder = await temporaryFolder();
      const link = join(folder, "certificates", "cozywish-production");
      const install = await program(folder, "install", link, ["test", "!", "-e", join(folder, "refuse")]);
      // Where a folder was made by hand before.
      await mkdir(link, { recursive: true });
      const [first, second] = [await pair(folder, "first"), await pair(folder, "second")];
      expect(await run([install, ...first])).toBe(0);
      expect(await served(link)).toEqual(await Promise.all(first.map((file) => readFile(file, "utf8"))));
      expect((await stat(join(link, "key.pem"))).mode & 0o777).toBe(0o600);
      expect(await run([install, first[0] ?? "", second[1] ?? ""])).toBe(65);
      expect(await run([install, join(folder, "nothing"), second[1] ?? ""])).toBe(65);
      await writeFile(join(folder, "refuse"), "");
      expect(await run([install, ...second])).toBe(69);
      expect(await served(link)).toEqual(await Promise.all(first.map((file) => readFile(file, "utf8"))));
      await rm(join(folder, "refuse"));
      expect(await run([install, ...second])).toBe(0);
      expect(await run([install, ...second])).toBe(0);
      expect(await served(link)).toEqual(await Promise.all(second.map((file) => readFile(file, "utf8"))));
      const reloads = await readFile(join(folder, "reloads"), "utf8");
      expect(reloads).toBe("reload\nreload\nreload\n");
      expect((await readdir(join(folder, "certificates"))).length).toBe(2);
      expect(await readlink(link)).toMatch(/^\.cozywish-production\.[0-9A-F]{16}$/);
    });
  },
);

describe.skipIf(mayBeLeftOut(nginxHere() === undefined || !hasAuthority))(
  "certbot against a real authority",
  () => {
    it("gets a certificate through the site without one, puts it in place, and renews it", async () => {
      const nginx = await NginxStage.open({ hasCertificate: false });
      cleanUps.push(() => nginx.dispose());
      const { folder } = nginx.stage;
      const { layout, places } = nginx.facts;
      const site = { address: "127.0.0.1", httpPort: places.ports.http };
      const authority = await startAuthority({ folder, address: "127.0.0.1", site });
      cleanUps.push(() => authority.stop());
      const hook = await program(folder, "hook", layout.certificates, ["true"]);
      const asked: CertbotRequest = {
        ...request,
        certificate: { ...acme, directory: authority.directory },
        webroot: places.acme,
        hook,
        directoryRoot: authority.root,
        folder: join(folder, "certbot"),
      };
      await certbot(issueCommand(asked));
      const chain = await readFile(join(layout.certificates, "chain.pem"), "utf8");
      const state = certificateState(chain, request.names, Date.now());
      expect(state).toMatchObject({ missingNames: [], expiry: "fine" });
      // Asked again there is nothing to do.
      await certbot(issueCommand(asked));
      expect(await readFile(join(layout.certificates, "chain.pem"), "utf8")).toBe(chain);
      await certbot(renewCommand(asked, "at once"));
      const renewed = await readFile(join(layout.certificates, "chain.pem"), "utf8");
      expect(certificateState(renewed, request.names, Date.now()).fingerprint).not.toBe(state.fingerprint);
    }, 120_000);
  },
);

async function certbot({ command, environment }: CertbotCommand): Promise<void> {
  const [name = "", ...args] = command;
  await promisify(execFile)(name, args, { env: { ...process.env, ...environment }, timeout: 60_000 });
}

async function program(
  folder: string,
  name: string,
  certificates: string,
  check: readonly string[],
): Promise<string> {
  const path = join(folder, name);
  const reload = ["sh", "-c", `echo reload >> ${shellLine([join(folder, "reloads")])}`];
  await writeFile(path, installProgram({ certificates, check, reload }));
  await chmod(path, 0o755);
  return path;
}

async function pair(folder: string, name: string): Promise<readonly string[]> {
  const [chain, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
  const files = ["-keyout", key, "-out", chain];
  await promisify(execFile)("openssl", [
    "req",
    "-x509",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-subj",
    `/CN=${name}`,
    ...files,
  ]);
  return [chain, key];
}

async function served(link: string): Promise<readonly string[]> {
  return await Promise.all(["chain.pem", "key.pem"].map((name) => readFile(join(link, name), "utf8")));
}

async function run([name = "", ...args]: readonly string[]): Promise<number | null> {
  const child = spawn(name, args, { stdio: "ignore" });
  await once(child, "exit");
  return child.exitCode;
}

function shellWords(text: string): string[] {
  return text.split(" ");
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "cb-"));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

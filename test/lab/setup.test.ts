import { execFileSync, spawn } from "node:child_process";
import { connect } from "node:net";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { inSoak } from "../support/soak.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { labUp, type Lab } from "../../src/lab/lab.ts";
import { cozyBinary } from "../support/sandbox.ts";
import type { SetupReport } from "../../src/commands/setup-text.ts";

/** `cozy trust` and `cozy setup` on bare Debian hosts: two environments of one project, both on both hosts. What takes long is for `make soak`. */
let folder: string;
let lab: Lab;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozy-setup-"));
  lab = await labUp({ name: "setup", hosts: 2 });
  await writeFile(
    join(folder, "package.json"),
    JSON.stringify({ type: "module", engines: { node: ">=22" } }),
  );
  const names = ["-subj", "/CN=shop.test", "-addext", "subjectAltName=DNS:shop.test"];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const files = ["-keyout", join(folder, "key.pem"), "-out", join(folder, "chain.pem")];
  execFileSync("openssl", ["req", "-x509", "-days", "90", ...curve, ...names, ...files], { stdio: "ignore" });
  await project();
});
afterAll(async () => {
  await lab?.down();
  await rm(folder, { recursive: true, force: true });
});

describe("a bare host", () => {
  it("is not connected to until its key was compared", async () => {
    expect(await cozy(["setup", "staging", "--json"])).toMatchObject({
      error: { code: "host-key-unknown" },
      exitCode: 2,
    });
    expect(await cozy(["trust", "staging", "--json"])).toMatchObject({
      error: { code: "host-key-not-compared" },
    });
    const wrong = await cozy(["trust", "host1", "--json", "--fingerprint", "SHA256:x"]);
    expect(wrong).toMatchObject({ error: { code: "host-key-not-compared" } });
    expect(await cozy(["trust", "staging", "--fingerprint", fingerprints().join(",")])).toMatchObject({
      exitCode: 0,
    });
  });

  it("is refused while another program has a port of nginx's", async () => {
    await on("host1", "systemd-run --quiet --unit=open80 python3 -m http.server 80");
    await expect.poll(() => on("host1", "ss -Hltn sport = :80 | wc -l")).toBe("1");
    expect(await cozy(["plan", "staging", "--setup", "--json"])).toMatchObject({
      error: { code: "setup-not-for-this-host", message: expect.stringContaining("python3 has port 80") },
    });
    await on("host1", "systemctl stop open80");
  });

  it("is only looked at by plan --setup, which tells what the firewall would close", async () => {
    await on("host1", "systemd-run --quiet --unit=open9090 python3 -m http.server 9090");
    await expect.poll(() => on("host1", "ss -Hltn sport = :9090 | wc -l")).toBe("1");
    const [report] = await reports(["plan", "staging", "--setup"]);
    expect(report?.differed.length).toBeGreaterThan(50);
    expect(report?.differed.find(({ item }) => item === "firewall in force")).toMatchObject({
      note: "closes 9090 (python3)",
    });
    expect(await on("host1", "getent passwd cozy; test -e /etc/cozy || echo none")).toBe("none");
  });

  it("is set up, and a second run changes nothing", async () => {
    const first = await reports(["setup", "staging"]);
    expect(first.map(({ host }) => host)).toEqual(["host1", "host2"]);
    for (const again of [
      await reports(["setup", "staging"]),
      await reports(["plan", "staging", "--setup"]),
    ]) {
      expect(again.map(({ differed }) => differed)).toEqual([[], []]);
    }
  });

  it("is told of an sshd that does not read what set-up wrote for it", async () => {
    const main = "/etc/ssh/sshd_config";
    await on("host1", `cp -a ${main} ${main}.former; sed -i '/^Include/d' ${main}; systemctl reload ssh`);
    const { stderr } = await cozy(["plan", "staging", "--setup"]);
    expect(stderr).toContain("host1: sshd does not heed /etc/ssh/sshd_config.d/10-cozy.conf (");
    expect(stderr).toContain("PasswordAuthentication no");
    expect(stderr).not.toContain("host2");
    await on("host1", `mv ${main}.former ${main}; systemctl reload ssh`);
    expect((await cozy(["plan", "staging", "--setup"])).stderr).not.toContain("sshd");
  });

  it("is set up without another that is away, as many as may be, and never without the first", async () => {
    await lab.cut("host2");
    const { stdout, exitCode, error } = await cozy(["setup", "staging", "--json"]);
    expect([exitCode, error]).toEqual([0, undefined]);
    expect(eventsIn(stdout).find(({ type }) => type === "setup-ended")).toMatchObject({
      hosts: [{ host: "host1", differed: [] }],
      warnings: [
        expect.stringMatching(/^host2 is left out, and nothing .* When it is back: cozy setup staging$/),
      ],
    });
    await lab.heal("host2");
    await lab.cut("host1");
    expect(await cozy(["setup", "staging", "--json"])).toMatchObject({
      error: { code: expect.stringMatching(/^(host-unreachable|connection-lost)$/) },
    });
    await lab.heal("host1");
  });

  it("serves its site, lets the deployer in and nobody else through the firewall", async () => {
    expect(
      await on("host1", "curl -s -o /dev/null -w '%{http_code}' -H 'Host: staging.test' http://127.0.0.1/"),
    ).toBe("502");
    expect(await on("host1", "systemctl --failed --no-legend")).toBe("");
    const [{ address } = { address: "" }] = lab.hosts;
    await on(
      "host1",
      "systemd-run --quiet --unit=open8081 python3 -m http.server 8081; systemd-run --quiet --unit=open8443 python3 -m http.server 8443",
    );
    await expect.poll(() => answers(address, 8443), { timeout: 10_000 }).toBe(true);
    expect(await answers(address, 8081)).toBe(false);
    expect(await answers(address, 22)).toBe(true);
    // Debian's own service flushes every table.
    await on("host1", "systemctl start nftables; systemctl reload nftables; systemctl stop nftables");
    expect(await on("host1", "nft list tables")).toBe("table inet cozy");
    const swap = "mv /var/log/cozy/shop-staging /var/log/cozy/x 2>/dev/null; echo $?";
    expect(await on("host1", `runuser -u cozy -- sh -c '${swap}'`)).toBe("1");
    expect(
      await on(
        "host1",
        "runuser -u cozy -- sudo -n id -u; runuser -u cozy -- sudo -n /usr/lib/cozy/control start x@1.0.service; echo $?",
      ),
    ).toBe("65");
    expect(await on("host1", "sshd -T | grep -i '^passwordauthentication'")).toBe(
      "passwordauthentication no",
    );
    expect(await on("host1", "systemctl show -p TimersCalendar --value logrotate.timer")).toMatch(
      /^\{ OnCalendar=\*-\*-\* \*:00:00 ; [^}]*\}$/,
    );
    expect(await on("host1", "fail2ban-client status | grep -c sshd")).toBe("1");
    expect(
      await on(
        "host1",
        "apt-config dump --format '%v%n' APT::Periodic::Update-Package-Lists APT::Periodic::Unattended-Upgrade; systemctl is-active apt-daily-upgrade.timer",
      ),
    ).toBe("1\n1\nactive");
    expect(await on("host1", "redis-cli -p 6380 config get maxmemory-policy | tail -n 1")).toBe(
      "allkeys-lru",
    );
  });
});

describe("a host that differs", () => {
  it("has a file that was changed by hand: shown, kept and replaced", async () => {
    await on(
      "host2",
      "echo '# mine' >>/etc/sysctl.d/60-cozy.conf; echo 'junk here;' >>/etc/nginx/sites-available/shop-staging.conf",
    );
    const [, planned] = await reports(["plan", "staging", "--setup"]);
    const mine = planned?.differed.find(({ item }) => item === "/etc/sysctl.d/60-cozy.conf");
    expect(mine).toMatchObject({ outcome: "would-change", diff: expect.stringContaining("-# mine") });
    expect(mine?.note).toContain("changed by hand");
    const [untouched, done] = await reports(["setup", "staging"]);
    expect(untouched?.differed).toEqual([]);
    const kept = /kept as (\S+)/.exec(
      done?.differed.find(({ item }) => item === mine?.item)?.note ?? "",
    )?.[1];
    expect(await on("host2", `tail -n 1 ${kept}; tail -n 1 /etc/sysctl.d/60-cozy.conf`)).toMatch(
      /^# mine\nnet\./,
    );
    expect(done?.differed.map(({ item }) => item)).toContain("nginx reads its sites");
    expect((await reports(["setup", "staging"])).map(({ differed }) => differed)).toEqual([[], []]);
  });

  it("has lost rights, rules, a service and a membership", async () => {
    await on(
      "host1",
      "chmod 777 /var/lib/cozy/environments/shop-staging/lease; nft add element inet cozy open_ports { 9999 }; systemctl disable --now nginx; systemctl disable systemd-timesyncd; gpasswd -d cozy shop-staging",
    );
    const [report] = await reports(["setup", "staging"]);
    expect(report?.differed.map(({ item }) => item)).toEqual([
      "cozy in shop-staging",
      "/var/lib/cozy/environments/shop-staging/lease/",
      "service nginx.service",
      "service systemd-timesyncd.service",
      "firewall in force",
    ]);
  });

  it.runIf(inSoak)(
    "has units of process types that were declared once: they go when nothing needs them any more",
    async () => {
      const template = (type: string) => `/etc/systemd/system/shop-staging-${type}@.service`;
      const releases = "/var/lib/cozy/environments/shop-staging/releases";
      await on(
        "host1",
        `for type in running enabled kept former; do
         sed "s,^ExecStart=.*,ExecStart=sleep inf,; /^Condition/d; /^LoadCredential/d; /^User/d; /^Group/d" ${template("worker")} >/etc/systemd/system/shop-staging-$type@.service
       done
       systemctl daemon-reload; systemctl start shop-staging-running@r1.0.service; systemctl enable shop-staging-enabled@r1.0.service
       runuser -u cozy -- sh -c 'mkdir ${releases}/r1; echo "{\\"processes\\":{\\"kept\\":{}}}" >${releases}/r1/release.json'`,
      );
      const [planned] = await reports(["plan", "staging", "--setup"]);
      expect(planned?.differed).toMatchObject([
        { item: "no unit of a former process type of shop-staging", note: "removes shop-staging-former" },
        { item: "systemd reads its units" },
      ]);
      const left = "ls /etc/systemd/system | grep -c 'shop-staging-.*@.service$'";
      const before = Number(await on("host1", left));
      expect((await reports(["setup", "staging"]))[0]?.differed).toHaveLength(2);
      expect(Number(await on("host1", left))).toBe(before - 1);
      await on(
        "host1",
        `systemctl stop shop-staging-running@r1.0.service; systemctl disable shop-staging-enabled@r1.0.service; rm -r ${releases}/r1`,
      );
      const [{ note } = {}] = (await reports(["setup", "staging"]))[0]?.differed ?? [];
      expect(note?.split(" ").sort().join(" ")).toBe(
        "removed shop-staging-enabled shop-staging-kept shop-staging-running",
      );
      expect((await reports(["setup", "staging"])).map(({ differed }) => differed)).toEqual([[], []]);
    },
  );

  it.runIf(inSoak)(
    "has a site of somebody else's that is broken: what serves goes on as it was",
    async () => {
      await on("host1", "echo 'nonsense' >/etc/nginx/conf.d/theirs.conf");
      await on("host1", "echo '# other' >>/etc/nginx/sites-available/shop-staging.conf");
      expect(await cozy(["setup", "staging", "--json"])).toMatchObject({
        error: { code: "setup-failed" },
        exitCode: 1,
      });
      expect(await on("host1", "tail -n 1 /etc/nginx/sites-available/shop-staging.conf")).toBe("# other");
      await on("host1", "rm /etc/nginx/conf.d/theirs.conf");
      expect(await cozy(["setup", "staging"])).toMatchObject({ exitCode: 0 });
      expect(await on("host1", "tail -n 1 /etc/nginx/sites-available/shop-staging.conf")).not.toBe("# other");
    },
  );

  it.runIf(inSoak)(
    "lets nobody in by a firewall that is wrong: it goes back by itself",
    { timeout: 240_000 },
    async () => {
      await on("host1", "echo 'delete element inet cozy open_ports { 22 }' >/etc/cozy/firewall/ports/zz.nft");
      const [{ address } = { address: "" }] = lab.hosts;
      expect(await cozy(["setup", "staging", "--json"])).toMatchObject({
        error: { code: "setup-locked-out" },
      });
      await expect.poll(() => answers(address, 22), { timeout: 60_000, interval: 1_000 }).toBe(true);
      await on("host1", "rm /etc/cozy/firewall/ports/zz.nft");
      expect(await cozy(["setup", "staging"])).toMatchObject({ exitCode: 0 });
    },
  );

  it.runIf(inSoak)("comes back from a reboot with its firewall, its site and its links", async () => {
    await lab.reboot("host2");
    await expect.poll(() => on("host2", "systemctl is-active nginx"), { timeout: 20_000 }).toBe("active");
    expect(
      await on("host2", "nft list set inet cozy open_ports | grep -c 8443; readlink /run/shop-staging"),
    ).toBe("1\n/var/lib/cozy/environments/shop-staging/run");
    expect((await reports(["setup", "staging"])).map(({ differed }) => differed)).toEqual([[], []]);
  });
});

describe.runIf(inSoak)("a deployer that dies", () => {
  it.each([400, 900, 1_500, 2_200])(
    "after %i ms leaves nothing that the next run does not mend",
    async (afterMs) => {
      await on(
        "host1",
        "rm -f /etc/nginx/cozy/shop-staging/*.conf /etc/systemd/system/shop-staging-web@.service; nft delete table inet cozy; true",
      );
      const child = spawn(process.execPath, [cozyBinary, "setup", "staging"], {
        cwd: folder,
        env: environment(),
        stdio: "ignore",
      });
      await setTimeout(afterMs);
      child.kill("SIGKILL");
      await reports(["setup", "staging"]);
      expect((await reports(["setup", "staging"])).map(({ differed }) => differed)).toEqual([[], []]);
      expect(
        await on(
          "host1",
          "nginx -t -q; systemctl show -p NeedDaemonReload --value shop-staging-web@x.0.service; ls /var/lib/cozy-setup/pending /run/cozy-firewall-undo 2>/dev/null",
        ),
      ).toBe("no\n/var/lib/cozy-setup/pending:");
    },
  );
});

describe("a second environment", () => {
  it("is set up beside the first by an administrator with sudo, with TLS and a password", async () => {
    for (const { name } of lab.hosts) {
      await on(
        name,
        `useradd --create-home --shell /bin/bash admin; install -d -o admin -m 700 ~admin/.ssh
         install -o admin -m 600 ~/.ssh/authorized_keys ~admin/.ssh/authorized_keys
         echo 'admin ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/admin`,
      );
    }
    await cozy(["setup", "production"]);
    expect((await reports(["setup", "production"])).map(({ differed }) => differed)).toEqual([[], []]);
    expect((await reports(["setup", "staging"])).map(({ differed }) => differed)).toEqual([[], []]);
    const ask = (how: string) =>
      on(
        "host2",
        `curl -sk -o /dev/null -w '%{http_code}' ${how} --resolve shop.test:443:127.0.0.1 https://shop.test/`,
      );
    expect(await ask("")).toBe("401");
    expect(await ask("-u team:open-sesame")).toBe("502");
    expect(await on("host2", "stat -Lc %U:%a /etc/cozy/certificates/shop-production/key.pem")).toBe(
      "root:600",
    );
  });

  it("is taken away while the first serves on; its data stays", async () => {
    await on(
      "host1",
      "echo precious >/var/lib/cozy/environments/shop-staging/media/file; systemctl enable --now shop-staging-web@r1.0.service; true",
    );
    const asked = await cozy(["setup", "staging", "--remove", "--json"]);
    expect(asked).toMatchObject({ error: { code: "wrong-usage" }, exitCode: 2 });
    expect(await cozy(["setup", "staging", "--remove", "--yes"])).toMatchObject({ exitCode: 0 });
    expect(
      await on(
        "host1",
        "find /etc -name '*shop-staging*' | sort; ls /run/shop-staging 2>/dev/null; cat /var/lib/cozy/environments/shop-staging/media/file",
      ),
    ).toBe("precious");
    expect((await reports(["setup", "production"])).map(({ differed }) => differed)).toEqual([[], []]);
    expect(await on("host1", "nft list set inet cozy open_ports | grep elements | tr -d ' \\t'")).toBe(
      "elements={22,80,443}",
    );
  });

  it.runIf(inSoak)("takes its data away as well where it is told to, and leaves it packed", async () => {
    expect(await cozy(["setup", "staging", "--remove", "--yes", "--data"])).toMatchObject({ exitCode: 0 });
    const left =
      "ls /var/lib/cozy/environments; getent passwd shop-staging; getent group shop-staging-http; tar -xzOf /var/backups/cozy/shop-staging-*.tar.gz shop-staging/media/file";
    expect(await on("host1", left)).toBe("shop-production\nprecious");
    expect((await reports(["setup", "production"])).map(({ differed }) => differed)).toEqual([[], []]);
  });
});

function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env["PATH"], HOME: folder, SITE_PASSWORD: "open-sesame", NO_COLOR: "1" };
}

interface Ran {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Of `--json`. */
  readonly error: unknown;
}

async function cozy(args: readonly string[]): Promise<Ran> {
  const child = spawn(process.execPath, [cozyBinary, ...args], {
    cwd: folder,
    env: environment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr, exitCode] = await Promise.all([
    child.stdout.toArray().then((parts) => parts.join("")),
    child.stderr.toArray().then((parts) => parts.join("")),
    new Promise<number | null>((resolve) => child.once("close", resolve)),
  ]);
  const error = eventsIn(stdout).find(({ type }) => type === "error");
  if (exitCode !== 0 && !args.includes("--json"))
    throw new Error(`cozy ${args.join(" ")}\n${stdout}\n${stderr}`);
  return { exitCode, stdout, stderr, error };
}

function eventsIn(stdout: string): { readonly type?: string; readonly hosts?: readonly SetupReport[] }[] {
  return stdout.split("\n").flatMap((line) => (line.startsWith('{"type"') ? [JSON.parse(line)] : []));
}

async function reports(args: readonly string[]): Promise<readonly SetupReport[]> {
  const { stdout, exitCode } = await cozy([...args, "--json"]);
  const ended = eventsIn(stdout).find(({ type }) => type === "setup-ended");
  if (exitCode !== 0 || ended?.hosts === undefined) throw new Error(`cozy ${args.join(" ")}: ${stdout}`);
  return ended.hosts;
}

/** A script of root's on a host, not by way of SSH; what it says, whatever its exit code. */
async function on(host: string, script: string): Promise<string> {
  const { stdout } = await lab.exec(host, ["bash", "-c", script]);
  return stdout.trim();
}

function answers(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, timeout: 1_000 });
    const end = (does: boolean) => {
      socket.destroy();
      resolve(does);
    };
    socket
      .once("connect", () => end(true))
      .once("timeout", () => end(false))
      .once("error", () => end(false));
  });
}

function fingerprints(): string[] {
  return lab.hosts.map(({ hostKey }) => {
    const [, fingerprint = ""] = execFileSync("ssh-keygen", ["-lf", "-"], {
      input: hostKey,
      encoding: "utf8",
    }).split(" ");
    return fingerprint;
  });
}

async function project(): Promise<void> {
  const hosts = JSON.stringify(lab.hosts.map(({ name, address }) => ({ name, address })));
  const identity = JSON.stringify(lab.keyFile);
  await writeFile(
    join(folder, "cozy.config.mjs"),
    `import { defineProject, fromEnvironment, givenCertificate, noCertificate, node, redis, servers } from "cozywish";
export default defineProject({
  name: "shop",
  app: node({ processes: { web: { command: ["node", "server.mjs"] }, worker: { command: ["node", "worker.mjs"] } } }),
  environments: {
    staging: {
      target: servers(${hosts}, { identity: ${identity}, openPorts: [8443], unreachable: { goOnWithout: 1 } }),
      domains: { canonical: "staging.test", certificate: noCertificate() },
      cache: redis({ url: "redis://127.0.0.1:6380" }),
    },
    production: {
      target: servers(${hosts}, { identity: ${identity}, setupUser: "admin" }),
      domains: { canonical: "shop.test", certificate: givenCertificate({ chain: "chain.pem", key: "key.pem" }) },
      access: { password: { user: "team", value: fromEnvironment("SITE_PASSWORD") } },
    },
  },
});
`,
  );
}

import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { labUp, type Lab } from "../../src/lab/lab.ts";
import type { ProgramResult } from "../../src/lab/run-program.ts";
import { replaced, type Example } from "./example-sandbox.ts";
import { createSandbox, type Sandbox } from "./sandbox.ts";
import { sharedHome } from "./shared-home.ts";

/** One of the two reference applications, whose environment `staging` runs on the hosts of a lab of its own. */
export interface ExampleFleet extends Sandbox {
  readonly lab: Lab;
  /** The names of the hosts that serve. */
  readonly servers: readonly string[];
  /** Where each of them answers, in the same order. */
  readonly urls: readonly string[];
  /** A shell on a host, as root; a failure is the test's. */
  on(host: string, script: string): Promise<string>;
}

export interface ExampleFleetOptions {
  readonly example: Example;
  readonly hosts: number;
  /** `sqlite` on the one host; or PostgreSQL and Redis on a host of their own, `data`. */
  readonly data: "sqlite" | "servers";
  /** What else is changed of the example's project file. */
  readonly changed?: (config: string) => string;
  /** More of the target, of the environment and of the application. */
  readonly targetMore?: string;
  readonly more?: string;
  readonly appMore?: string;
}

const password = "a-password-of-the-lab";

export async function createExampleFleet(options: ExampleFleetOptions): Promise<ExampleFleet> {
  const { example, data } = options;
  const servers = Array.from({ length: options.hosts }, (_, index) => `web${index + 1}`);
  const lab = await labUp({
    name: `t${randomBytes(4).toString("hex")}`,
    hosts: data === "sqlite" ? servers : [...servers, "data"],
  });
  try {
    const folder = fileURLToPath(new URL(`../../examples/${example}`, import.meta.url));
    const config = await readFile(`${folder}/cozy.config.ts`, "utf8");
    const sandbox = await createSandbox({
      fixture: folder,
      config: () => exampleConfig(config, lab, servers, options),
      home: sharedHome(),
      env: { STAGING_DATABASE: databaseUrl(lab), CHECK_PASSWORD: randomBytes(12).toString("hex") },
    });
    const addresses = servers.map((name) => addressOf(lab, name));
    const fleet: ExampleFleet = {
      ...sandbox,
      lab,
      servers,
      urls: addresses.map((address) => `http://${address}`),
      async on(host, script) {
        const result = await lab.exec(host, ["/bin/sh", "-c", script], { timeoutMs: 240_000 });
        if (result.exitCode === 0) return result.stdout.trim();
        throw new Error(`${host}: ${script} ended with ${result.exitCode}\n${outputOf(result)}`);
      },
      async dispose() {
        await sandbox.dispose();
        await lab.down();
      },
    };
    await Promise.all([
      fleet
        .ok(["trust", "staging", "--fingerprint", lab.hosts.map(fingerprintOf).join(",")])
        .then(async () => fleet.ok(["setup", "staging"])),
      data === "servers" ? fleet.on("data", dataServers()) : undefined,
    ]);
    return fleet;
  } catch (error) {
    await lab.down();
    throw error;
  }
}

/** What the example's project file says, with `staging` on servers in the place of its own environments. */
export function exampleConfig(
  config: string,
  lab: Lab,
  servers: readonly string[],
  options: Omit<ExampleFleetOptions, "hosts">,
): string {
  const {
    example,
    data,
    more = "",
    appMore = "",
    targetMore = "",
    changed = (text: string) => text,
  } = options;
  const hosts = servers.map((name) => `{ name: "${name}", address: "${addressOf(lab, name)}" }`);
  const addresses = servers.map((name) => addressOf(lab, name));
  const redis = (number: number) => `redis({ url: "redis://${addressOf(lab, "data")}:6379/${number}" })`;
  const kept =
    data === "sqlite"
      ? "database: sqlite(), media: disk(),"
      : `database: postgres({ url: fromEnvironment("STAGING_DATABASE") }),
      cache: ${redis(0)}, sessions: ${redis(1)}, queue: ${redis(2)},`;
  const own =
    example === "cozywish-django"
      ? `DJANGO_SECRET_KEY: generated(), ALLOWED_HOSTS: "localhost,${addresses.join(",")}", HTTPS_ONLY: "false",`
      : "SESSION_SECRET: generated(),";
  const environments = `environments: {
    staging: {
      target: servers([${hosts.join(", ")}], { identity: "${lab.keyFile}", ${targetMore} }),
      ${kept}
      variables: { ${own} CHECK_PASSWORD: fromEnvironment() },
      ${more}
    },
  },
});
`;
  const imports =
    "import { defineProject, disk, fromEnvironment, generated, postgres, redis, servers, sqlite, ";
  const named = replaced(config, /import \{[^}]*\} from/, `${imports}${stackWords[example]} } from`);
  const app = replaced(named, /\n    ready: \{ path/, `\n    ${appMore}\n    ready: { path`);
  return changed(replaced(app, /environments: \{[\s\S]*$/, environments));
}

const stackWords: Readonly<Record<Example, string>> = {
  cozywish: "node",
  "cozywish-django": "django, optional, secret",
};

function databaseUrl(lab: Lab): string {
  const host = lab.hosts.find(({ name }) => name === "data");
  return host === undefined ? "" : `postgres://cozywish:${password}@${host.address}/cozywish`;
}

/** For a host with Debian on it: both as Debian sets them up, open to the lab. */
function dataServers(): string {
  return `set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get install -qy --no-install-recommends postgresql redis-server >/dev/null 2>&1
echo "listen_addresses = '*'" > /etc/postgresql/15/main/conf.d/lab.conf
echo 'host all all 0.0.0.0/0 scram-sha-256' >> /etc/postgresql/15/main/pg_hba.conf
sed -i 's/^bind .*/bind 0.0.0.0/' /etc/redis/redis.conf
sed -i 's/^protected-mode yes/protected-mode no/' /etc/redis/redis.conf
systemctl restart postgresql redis-server
cd /
runuser -u postgres -- psql -qc "create role cozywish login password '${password}'" -c 'create database cozywish owner cozywish'
`;
}

function addressOf(lab: Lab, name: string): string {
  const host = lab.hosts.find((one) => one.name === name);
  if (host === undefined) throw new Error(`the lab has no host ${name}`);
  return host.address;
}

function outputOf({ stdout, stderr }: ProgramResult): string {
  return `${stdout}\n${stderr}`;
}

/** As `ssh-keygen -l` shows it. */
function fingerprintOf({ hostKey }: { readonly hostKey: string }): string {
  const [, key = ""] = hostKey.split(" ");
  const hash = createHash("sha256").update(Buffer.from(key, "base64")).digest("base64");
  return `SHA256:${hash.replace(/=+$/, "")}`;
}

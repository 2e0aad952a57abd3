import { createHash, randomBytes } from "node:crypto";
import { labUp, type Lab } from "../../src/lab/lab.ts";
import { createSandbox, type Sandbox } from "./sandbox.ts";
import { sharedHome } from "./shared-home.ts";

/** A project whose environment `staging` runs on the hosts of a lab of its own, which `cozy trust` and `cozy setup` have prepared. */
export interface FleetSandbox extends Sandbox {
  readonly lab: Lab;
  /** Where each host answers, by its name. */
  readonly urls: Readonly<Record<string, string>>;
  /** A script of root's on a host, not by way of SSH; a failure is the test's. */
  readonly on: (host: string, script: string) => Promise<string>;
}

export interface FleetOptions {
  readonly hosts: number;
  /** Names of those that the environment has; all of them where absent. */
  readonly serving?: readonly string[];
  /** Of each host; the lab's own default where absent. */
  readonly diskBytes?: number;
  /** One that ends TLS. */
  readonly balancer?: boolean;
  /** More of the environment, and of the application. */
  readonly more?: string;
  readonly appMore?: string;
  /** Process types beside `web`. */
  readonly processes?: string;
  /** What the environment needs that is only known when the lab is up: goes before `more`. */
  readonly withLab?: (lab: Lab) => Promise<string>;
  /** More environments on the same hosts. */
  readonly environments?: (lab: Lab) => string;
  /** Of the deployer. */
  readonly env?: NodeJS.ProcessEnv;
}

export async function createFleet(options: FleetOptions): Promise<FleetSandbox> {
  const { hosts, balancer, diskBytes, env } = options;
  const lab = await labUp({
    name: `t${randomBytes(4).toString("hex")}`,
    hosts,
    diskBytes,
    ...(balancer === true && { balancer: { readyPath: "/balancer", everyMs: 500, endsTls: true } }),
  });
  try {
    const names = options.serving;
    const serving = { ...lab, hosts: lab.hosts.filter(({ name }) => names?.includes(name) ?? true) };
    const more = `${(await options.withLab?.(lab)) ?? ""}${options.more ?? ""}`;
    const sandbox = await createSandbox({
      config: () => fleetConfig(serving, more, options.appMore, options.environments, options.processes),
      home: sharedHome(),
      ...(env !== undefined && { env }),
    });
    const fleet: FleetSandbox = {
      ...sandbox,
      lab,
      urls: Object.fromEntries(lab.hosts.map(({ name, address }) => [name, `http://${address}`])),
      async on(host, script) {
        const { exitCode, stdout, stderr } = await lab.exec(host, ["/bin/sh", "-c", script]);
        if (exitCode === 0) return stdout.trim();
        throw new Error(`${host}: ${script} ended with ${exitCode}\n${stdout}\n${stderr}`);
      },
      async dispose() {
        await sandbox.dispose();
        await lab.down();
      },
    };
    await fleet.ok(["trust", "staging", "--fingerprint", fingerprintsOf(serving)]);
    await fleet.ok(["setup", "staging"]);
    return fleet;
  } catch (error) {
    await lab.down();
    throw error;
  }
}

export function fleetConfig(
  lab: Lab,
  more = "",
  appMore = "",
  environments: (lab: Lab) => string = () => "",
  processes = "",
): string {
  const balancer =
    lab.balancer === undefined
      ? ""
      : `balancer: { from: ["${lab.balancer.address}"], readyPath: "/balancer", leave: "2s", endsTls: true }`;
  return `import { acme, defineProject, fromEnvironment, givenCertificate, noCertificate, node, servers } from "cozywish";

export default defineProject({
  name: "tiny",
  app: node({
    runtime: ">=22.15",
    build: { command: ["node", "build.js"] },
    processes: { web: { command: ["node", "server.js"], count: 2, stopTimeout: "5s" }, ${processes} },
    static: { folder: "dist/static", url: "/static/" },
    variables: { COLOUR: "blue" },
    ready: { path: "/ready", timeout: "20s" },
    smoke: [{ path: "/", status: 200, text: "version" }],
    ${appMore}
  }),
  environments: {
    staging: {
      target: ${serversOf(lab, balancer)},
      ${more}
    },
    ${environments(lab)}
  },
});
`;
}

/** The target that all hosts of the lab are, with more of its options. */
export function serversOf(lab: Lab, more = ""): string {
  const hosts = lab.hosts.map(({ name, address }) => `{ name: "${name}", address: "${address}" }`);
  return `servers([${hosts.join(", ")}], { identity: "${lab.keyFile}", ${more} })`;
}

/** For `cozy trust`. */
export function fingerprintsOf(lab: Lab): string {
  return lab.hosts.map(fingerprintOf).join(",");
}

/** As `ssh-keygen -l` shows it. */
function fingerprintOf({ hostKey }: { readonly hostKey: string }): string {
  const [, key = ""] = hostKey.split(" ");
  const hash = createHash("sha256").update(Buffer.from(key, "base64")).digest("base64");
  return `SHA256:${hash.replace(/=+$/, "")}`;
}

import { createHash, randomBytes } from "node:crypto";
import { labUp, type Lab } from "../../src/lab/lab.ts";
import { createSandbox, type Sandbox } from "./sandbox.ts";
import { sharedHome } from "./shared-home.ts";

/** A project whose environment `staging` runs on the hosts of a lab of its own, which `cozy trust` and `cozy setup` have prepared. */
export interface FleetSandbox extends Sandbox {
  readonly lab: Lab;
  /** Where each host answers, by its name. */
  readonly urls: Readonly<Record<string, string>>;
}

export interface FleetOptions {
  readonly hosts: number;
  readonly balancer?: boolean;
  /** More of the environment, and of the application. */
  readonly more?: string;
  readonly appMore?: string;
}

export async function createFleet({ hosts, balancer, more, appMore }: FleetOptions): Promise<FleetSandbox> {
  const lab = await labUp({
    name: `t${randomBytes(4).toString("hex")}`,
    hosts,
    ...(balancer === true && { balancer: { readyPath: "/balancer", everyMs: 500 } }),
  });
  try {
    const sandbox = await createSandbox({
      config: () => fleetConfig(lab, more, appMore),
      home: sharedHome(),
    });
    const fleet: FleetSandbox = {
      ...sandbox,
      lab,
      urls: Object.fromEntries(lab.hosts.map(({ name, address }) => [name, `http://${address}`])),
      async dispose() {
        await sandbox.dispose();
        await lab.down();
      },
    };
    await fleet.ok(["trust", "staging", "--fingerprint", lab.hosts.map(fingerprintOf).join(",")]);
    await fleet.ok(["setup", "staging"]);
    return fleet;
  } catch (error) {
    await lab.down();
    throw error;
  }
}

export function fleetConfig(lab: Lab, more = "", appMore = ""): string {
  const hosts = lab.hosts.map(({ name, address }) => `{ name: "${name}", address: "${address}" }`);
  const balancer =
    lab.balancer === undefined
      ? ""
      : `, balancer: { from: ["${lab.balancer.address}"], readyPath: "/balancer", leave: "2s", endsTls: true }`;
  return `import { defineProject, node, servers } from "cozywish";

export default defineProject({
  name: "tiny",
  app: node({
    runtime: ">=22.15",
    build: { command: ["node", "build.js"] },
    processes: { web: { command: ["node", "server.js"], count: 2, stopTimeout: "5s" } },
    static: { folder: "dist/static", url: "/static/" },
    variables: { COLOUR: "blue" },
    ready: { path: "/ready", timeout: "20s" },
    smoke: [{ path: "/", status: 200, text: "version" }],
    ${appMore}
  }),
  environments: {
    staging: {
      target: servers([${hosts.join(", ")}], { identity: "${lab.keyFile}"${balancer} }),
      ${more}
    },
  },
});
`;
}

/** As `ssh-keygen -l` shows it. */
function fingerprintOf({ hostKey }: { readonly hostKey: string }): string {
  const [, key = ""] = hostKey.split(" ");
  const hash = createHash("sha256").update(Buffer.from(key, "base64")).digest("base64");
  return `SHA256:${hash.replace(/=+$/, "")}`;
}

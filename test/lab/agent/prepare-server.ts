import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ServerLayout } from "../../../src/hosts/server-layout.ts";
import { shellLine } from "../../../src/hosts/ssh/quote.ts";
import { proofTokenFile } from "../../../src/hosts/this-machine/places.ts";
import { rootFiles } from "../../../src/instances/systemd/root-files.ts";
import type { Lab } from "../../../src/lab/lab.ts";
import type { Environment, Project } from "../../../src/project/project.ts";
import { catchAllFile } from "../../../src/routing/nginx/catch-all.ts";
import { probeHash, siteFiles } from "../../../src/routing/nginx/site.ts";
import { debianPlaces } from "../../../src/routing/nginx/site-facts.ts";
import { versionsIn } from "../../../src/routing/nginx/versions.ts";
import { prepareHost } from "../systemd/prepare-host.ts";

export interface PrepareRequest {
  readonly layout: ServerLayout;
  readonly project: Project;
  readonly environment: Environment;
  /** Whether nginx serves it, which it can for one environment without a name of its own. */
  readonly site: boolean;
}

/** Makes a server of a lab host, as far as releases need it: users, folders, units, and an nginx that serves the environment. */
export async function prepareServer(
  lab: Lab,
  host: string,
  { layout, project, environment, site: withSite }: PrepareRequest,
): Promise<void> {
  const sh = async (script: string): Promise<string> => {
    const { exitCode, stdout, stderr } = await lab.exec(host, ["sh", "-euc", script]);
    if (exitCode !== 0) throw new Error(`${script.slice(0, 300)}\n${stdout}\n${stderr}`);
    return stdout;
  };
  await sh("DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends nginx >/dev/null 2>&1");
  const key = await readFile(`${lab.keyFile}.pub`, "utf8");
  const files = rootFiles({ layout, app: project.app, environment, user: "cozy" });
  await sh(prepareHost(layout, files, key));

  const token = randomBytes(32).toString("base64url");
  const versions = versionsIn(await sh("nginx -V 2>&1"));
  if (versions === undefined) throw new Error("nginx does not tell its version");
  const places = debianPlaces;
  const site = siteFiles({
    layout,
    domains: undefined,
    access: undefined,
    http: environment.http,
    balancer: undefined,
    staticUrl: project.app.static?.url,
    mediaUrl: undefined,
    probeHash: probeHash(token),
    hasCertificate: false,
    challenge: { kind: "here" },
    versions,
    ipv6: false,
    places,
  });
  const lay = ({ path, text }: { readonly path: string; readonly text: string }) => [
    shellLine(["mkdir", "-p", dirname(path)]),
    `printf %s ${Buffer.from(text).toString("base64")} | base64 -d > ${shellLine([path])}`,
  ];
  const { paths, id } = layout;
  const own = (folder: string, mode: string) => [
    shellLine(["install", "-d", "-o", "cozy", "-g", "cozy", "-m", mode, folder]),
  ];
  const served = [
    ...lay(catchAllFile({ versions, ipv6: false, places })),
    "mkdir -p /etc/nginx/cozy/catch-all",
    ...site.flatMap(lay),
    "rm -f /etc/nginx/sites-enabled/default",
    `ln -sf ${shellLine([layout.nginxSite])} /etc/nginx/sites-enabled/${id}.conf`,
    "nginx -t 2>&1",
    "systemctl restart nginx",
  ];
  await sh(
    [
      ...[paths.supervisor, paths.journals, paths.lease].flatMap((folder) => own(folder, "0700")),
      ...own(paths.static, "0755"),
      ...["agents", "artifacts", "trees", "runtimes"].flatMap((one) =>
        own(join(layout.machine.home, one), "0755"),
      ),
      `printf %s ${token} > ${shellLine([proofTokenFile(paths)])}`,
      `chown cozy:cozy ${shellLine([proofTokenFile(paths)])}`,
      `chmod 600 ${shellLine([proofTokenFile(paths)])}`,
      ...(withSite ? served : []),
    ].join("\n"),
  );
}

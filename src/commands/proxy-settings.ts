import type { ProxySettings } from "../hosts/host.ts";
import type { OpenEnvironment } from "./open-environment.ts";

/** How the environment's proxy listens and what it serves by itself. */
export function proxySettings({ project, environment }: OpenEnvironment): ProxySettings {
  const { target, domains } = environment;
  const https = domains !== undefined && domains.certificate.kind !== "none";
  const { address, port } =
    target.kind === "this-machine" ? target : { address: "0.0.0.0", port: https ? 443 : 80 };
  return { address, port, staticUrl: project.app.static?.url, mediaUrl: environment.media?.url };
}

import type { ProxySettings } from "../hosts/host.ts";
import type { OpenEnvironment } from "./open-environment.ts";

/** How the environment's proxy listens and what it serves by itself. */
export function proxySettings({ project, environment }: OpenEnvironment): ProxySettings {
  return {
    address: environment.target.address,
    port: environment.target.port,
    staticUrl: project.app.static?.url,
    mediaUrl: environment.media?.url,
  };
}

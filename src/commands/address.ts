import type { ThisMachineTarget } from "../project/project.ts";

/** Where the site of an environment on this machine can be looked at. */
export function addressOf({ address, port }: ThisMachineTarget): string {
  const host = address === "0.0.0.0" || address === "::" ? "localhost" : address;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

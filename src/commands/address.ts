import type { Environment, ThisMachineTarget } from "../project/project.ts";

/** Where the site of an environment can be looked at: under its canonical name, else at its first host. */
export function addressOf({ target, domains }: Pick<Environment, "target" | "domains">): string {
  if (target.kind === "this-machine") return onThisMachine(target);
  const encrypted =
    domains !== undefined && (domains.certificate.kind !== "none" || target.balancer?.endsTls);
  const name = domains?.canonical ?? target.hosts[0]?.address ?? "";
  return `${encrypted === true ? "https" : "http"}://${bracketed(name)}`;
}

function onThisMachine({ address, port }: ThisMachineTarget): string {
  const host = address === "0.0.0.0" || address === "::" ? "localhost" : address;
  return `http://${bracketed(host)}:${port}`;
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

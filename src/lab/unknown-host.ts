import { CozyError } from "../errors/cozy-error.ts";
import { nearest } from "../shared/nearest.ts";
import { listed } from "../shared/words.ts";

export function unknownHost(
  lab: string,
  host: string,
  hosts: readonly { readonly name: string }[],
): CozyError {
  const names = hosts.map(({ name }) => name);
  const [near] = nearest(host, names);
  return new CozyError("lab-host-unknown", {
    message: `The lab ${lab} has no host ${host}; its hosts are ${listed(names)}.`,
    next: near === undefined ? "cozy lab status" : `Did you mean ${near}?`,
  });
}

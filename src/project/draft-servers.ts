import type { Draft } from "./draft.ts";
import type { Path } from "./faults.ts";
import { normaliseHost } from "./normalise-servers.ts";
import type { ServerHost } from "./servers.ts";

export type DraftEnvironment = NonNullable<NonNullable<Draft["environments"]>[string]>;
type DraftTarget = NonNullable<DraftEnvironment["target"]>;

/** An environment on servers, as far as it could be read. */
export interface OnServers {
  readonly name: string;
  readonly at: Path;
  readonly environment: DraftEnvironment;
  readonly target: Extract<DraftTarget, { readonly kind?: "servers" | undefined }>;
  /** Empty where the list could not be read. */
  readonly hosts: readonly ServerHost[];
}

export function onServers(draft: Draft): OnServers[] {
  return Object.entries(draft.environments ?? {}).flatMap(([name, environment]) => {
    const target = environment?.target;
    if (environment === undefined || target?.kind !== "servers") return [];
    const hosts = (target.hosts ?? []).map(normaliseHost);
    return [{ name, at: ["environments", name], environment, target, hosts }];
  });
}

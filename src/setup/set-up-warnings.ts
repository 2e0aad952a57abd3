import type { HostState } from "../hosts/host.ts";
import type { Environment, Project } from "../project/project.ts";
import { listed } from "../shared/words.ts";
import { wantedHash } from "./setup-record.ts";

/** Which hosts were set up for something else than the project file asks for now. What a release needs and does not find fails it. Pure. */
export function setUpWarnings(
  project: Project,
  environment: Environment,
  fleet: readonly Pick<HostState, "host" | "setUpFor">[],
): readonly string[] {
  const { target } = environment;
  if (target.kind !== "servers") return [];
  const wanted = wantedHash({ project, environment, target });
  const others = fleet.filter(({ setUpFor }) => setUpFor !== wanted).map(({ host }) => host);
  if (others.length === 0) return [];
  return [
    `${listed(others)} ${others.length === 1 ? "is" : "are"} not set up as the project file and this cozy say. What would change: cozy plan ${environment.name} --setup. To change it: cozy setup ${environment.name}`,
  ];
}

import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Files that take much longer than their size tells, the longest first. One that was begun last would run on alone while the other
 * workers have nothing left to do. The others follow as vitest orders them: by what they took last time, else by their size.
 */
const longest = [
  "faults/killed-deployer",
  "stories/jobs",
  "stories/dev-examples",
  "faults/workers",
  "faults/redis-gone",
  "stories/scale",
  "stories/canary",
  "stories/cozywish",
  "faults/django-builds",
  "stories/django",
  "stories/tcp-only",
  "faults/bad-release",
  "stories/probes",
  "stories/singletons",
  "artifacts/python-store",
  "ssh/ssh-connection",
  "artifacts/python-tree",
  "proxy/handover",
  "stacks/django-refusals",
  "proxy/failing",
  "supervisor/comes-back",
  "engine/kill",
  "nginx/nginx-proxy",
  "builder/host-builder",
  "lab/join",
  "lab/judgement",
  "lab/fleet",
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}

/** Projects come one after the other; within one, what is not listed comes last. */
function rankOf({ moduleId, project }: TestSpecification): number {
  const rank = longest.findIndex((name) => moduleId.endsWith(`${name}.test.ts`));
  const order = project.config.sequence.groupOrder;
  return order * longest.length + (rank === -1 ? longest.length - 0.5 : rank);
}

import type { Operation } from "../../engine/operation.ts";
import type { HostWorld } from "../world.ts";

export interface PublishStaticInput {
  readonly host: string;
  readonly release: string;
}

/** Adds the release's static files beside the earlier ones, which pages in flight still ask for; pruning takes them away. */
export const publishStatic: Operation<PublishStaticInput, HostWorld> = {
  kind: "publish-static",
  async run(input, { world, signal }) {
    const replaced = await world.host(input.host).publishStatic(input.release, signal);
    if (replaced.length === 0) return undefined;
    const [first] = replaced;
    return `${replaced.length === 1 ? `${first} has` : `${first} and ${replaced.length - 1} more have`} new content under an old name`;
  },
  verify: async () => false, // publishing again only adds what is missing
  deadlineMs: () => 60_000,
};

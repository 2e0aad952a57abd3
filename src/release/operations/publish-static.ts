import type { Operation } from "../../engine/operation.ts";
import type { ReleaseWorld } from "../world.ts";

export interface PublishStaticInput {
  readonly host: string;
  readonly release: string;
}

/** Adds the release's static files beside the earlier ones, which pages in flight still ask for; pruning takes them away. */
export const publishStatic: Operation<PublishStaticInput, ReleaseWorld> = {
  kind: "publish-static",
  async run(input, { world, signal }) {
    await world.host(input.host).publishStatic(input.release, signal);
  },
  verify: async () => false, // publishing again only adds what is missing
  deadlineMs: () => 60_000,
};

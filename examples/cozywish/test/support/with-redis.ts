import { after, before, describe } from "node:test";
import { findRedis, startRedis, type RedisServer } from "./redis-server.ts";

/** Tests with a Redis of their own. Where everything is meant to be checked, a missing one is a failure. */
export function describeWithRedis(what: string, tests: (redis: () => RedisServer) => void): void {
  const program = findRedis();
  const skip =
    !program && !process.env["CI"] && "no redis-server on the PATH: left out here, a failure in CI";
  describe(what, { skip }, () => {
    let server: RedisServer | undefined;
    before(async () => {
      if (!program) throw new Error("redis-server is not installed: it is not on the PATH");
      server = await startRedis(program);
    });
    after(() => server?.stop());
    tests(() => {
      if (!server) throw new Error("the server is there within a test only");
      return server;
    });
  });
}

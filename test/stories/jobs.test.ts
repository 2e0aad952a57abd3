import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLoad } from "../../src/routing/testing/load.ts";
import { countedIn } from "../support/count-rows.ts";
import { createExampleSandbox, replaced, type Example } from "../support/example-sandbox.ts";
import { Guest } from "../support/guest.ts";
import { sharedHome } from "../support/shared-home.ts";
import { startRedis, type RedisServer } from "../support/redis-server.ts";
import { betweenPagesMs, times } from "../support/soak.ts";
import { until, type Sandbox } from "../support/sandbox.ts";

const guests = 4;
/** Slow enough that no guest runs out of times to book. */
const betweenBookingsMs = 500;

const examples: readonly {
  name: Example;
  seed: readonly string[];
  change: (round: number) => Record<string, string>;
  deploys: number;
}[] = [
  {
    name: "cozywish",
    seed: ["node", "src/seed.ts"],
    deploys: times(4, 20),
    change: (round) => ({ "src/version.ts": `export const version = ${round};\n` }),
  },
  {
    name: "cozywish-django",
    seed: ["python", "manage.py", "seed"],
    // Each takes some seconds.
    deploys: times(2, 8),
    change: (round) => ({ "common/version.py": `VERSION = ${round}\n` }),
  },
];

describe.each(examples)("the jobs of $name", ({ name, seed, change, deploys }) => {
  let redis: RedisServer;
  let sandbox: Sandbox;
  let database: string;
  beforeAll(async () => {
    redis = await startRedis();
    const withRedis = (config: string): string =>
      replaced(
        replaced(config, "import {", "import { redis as redisOf,"),
        /database: sqlite\(\),/,
        `database: sqlite(), queue: redisOf({ url: "${redis.address(2)}" }), sessions: redisOf({ url: "${redis.address(1)}" }),`,
      );
    sandbox = await createExampleSandbox(name, withRedis, { home: sharedHome() });
    database = join(sandbox.home, "environments", `${name}-local`, "database", "database.sqlite");
    await sandbox.ok(["deploy", "local"]);
    await sandbox.ok(["run", "local", "--", ...seed]);
  });
  afterAll(async () => {
    await sandbox.dispose();
    await redis.dispose();
  });

  it(`are each done once over ${deploys} deploys under load`, async () => {
    const before = countedIn(database);
    const seeded = {
      bookings: before("bookings"),
      confirmations: before("confirmations"),
      runs: before("confirmation_runs"),
    };
    const load = startLoad({ url: `${sandbox.url}/`, connections: 8, pauseMs: betweenPagesMs });
    const booking = bookUntilStopped(sandbox.url);
    for (let round = 0; round < deploys; round += 1) {
      await sandbox.commit(change(round));
      await sandbox.ok(["deploy", "local"]);
    }
    const booked = await booking.stop();
    const { failed, errors } = await load.stop();
    expect(errors).toEqual([]);
    expect(failed).toBe(0);
    expect(booked).toBeGreaterThan(deploys * 2);

    const count = countedIn(database);
    await until(
      "no confirmation is outstanding",
      async () => count("outstanding_confirmations") === 0,
      90_000,
    );
    expect(count("bookings") - seeded.bookings).toBe(booked);
    expect(count("confirmations") - seeded.confirmations).toBe(booked);
    // Each run of a job leaves a row, so one that is done twice, or begun and cut off, is seen.
    expect(count("confirmation_runs") - seeded.runs).toBe(booked);
    expect(count("confirmation_runs WHERE outcome IS NULL")).toBe(0);
  });
});

/** Guests that book one slot after another; gives how many bookings were made. */
function bookUntilStopped(site: string): { stop(): Promise<number> } {
  const stopping = new AbortController();
  const all = Array.from({ length: guests }, async (_, index) => {
    const guest = new Guest(site, `guest-${index}`);
    await guest.signUp();
    let booked = 0;
    while (!stopping.signal.aborted) {
      if (await guest.book()) booked += 1;
      await setTimeout(betweenBookingsMs);
    }
    return booked;
  });
  const counts = Promise.all(all);
  counts.catch(() => {}); // told by stop()
  return {
    async stop() {
      stopping.abort();
      return (await counts).reduce((sum, count) => sum + count, 0);
    },
  };
}

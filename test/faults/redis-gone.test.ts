import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLoad } from "../../src/routing/testing/load.ts";
import { countedIn } from "../support/count-rows.ts";
import { createExampleSandbox, replaced } from "../support/example-sandbox.ts";
import { Guest } from "../support/guest.ts";
import { sharedHome } from "../support/shared-home.ts";
import { startRedis, type RedisServer } from "../support/redis-server.ts";
import { until, type Sandbox } from "../support/sandbox.ts";
import { betweenPagesMs, times } from "../support/soak.ts";

const name = "cozywish-outage";
const outageMs = times(20_000, 60_000);
const betweenBookingsMs = times(1_000, 3_000);

let redis: RedisServer;
let sandbox: Sandbox;
beforeAll(async () => {
  redis = await startRedis();
  const changed = (config: string): string =>
    [
      // The stories deploy it on the same home.
      ['name: "cozywish"', `name: "${name}"`],
      ["import {", "import { redis as redisOf,"],
      [
        "database: sqlite(),",
        `database: sqlite(), queue: redisOf({ url: "${redis.address(2)}" }), cache: redisOf({ url: "${redis.address(0)}" }),`,
      ],
    ].reduce((text, [from = "", to = ""]) => replaced(text, from, to), config);
  sandbox = await createExampleSandbox("cozywish", changed, { home: sharedHome() });
  await sandbox.ok(["deploy", "local"]);
  await sandbox.ok(["run", "local", "--", "node", "src/seed.ts"]);
});
afterAll(async () => {
  await sandbox.dispose();
  await redis.dispose();
});

describe(`Redis, gone for ${outageMs / 1_000} s`, () => {
  it("costs no page, no booking and no confirmation, and no process its life", async () => {
    const count = countedIn(
      join(sandbox.home, "environments", `${name}-local`, "database", "database.sqlite"),
    );
    const guest = new Guest(sandbox.url, "guest");
    await guest.signUp();
    let booked = Number(await guest.book());
    const before = await processes();

    const load = startLoad({ url: `${sandbox.url}/`, connections: 2, pauseMs: betweenPagesMs });
    await redis.stop();
    for (const end = Date.now() + outageMs; Date.now() < end || booked < 6;) {
      booked += Number(await guest.book());
      await setTimeout(betweenBookingsMs);
    }
    await redis.start();
    booked += Number(await guest.book());
    const { failed, errors } = await load.stop();
    expect(errors).toEqual([]);
    expect(failed).toBe(0);

    await until(
      "no confirmation is outstanding",
      async () => count("outstanding_confirmations") === 0,
      120_000,
    );
    const newOnes =
      "booking_id IN (SELECT id FROM bookings WHERE account_id IN (SELECT id FROM accounts WHERE email = 'guest@example.org'))";
    expect(count(`confirmations WHERE ${newOnes}`)).toBe(booked);
    expect(count(`confirmation_runs WHERE ${newOnes} AND outcome = 'sent'`)).toBe(booked);
    expect(await processes()).toEqual(before);
  });
});

/** What runs, by process: the same pids after as before. */
async function processes(): Promise<unknown> {
  const { host } = await sandbox.json<{
    host: { instances: { id: { type: string; index: number }; pid: number }[] };
  }>(["status", "local"]);
  return host.instances.map(({ id, pid }) => `${id.type}.${id.index} ${pid}`).toSorted();
}

import { createBurstMeter } from "../../src/canary/burst.ts";
import type { Random } from "../../src/canary/testing/random.ts";
import { ticksAMinute, tickMs, type Scenario } from "./scenarios.ts";

/** One release's counts, by tick. */
export interface ArmSeries {
  readonly requests: Int32Array;
  readonly failed: Int32Array;
  /** Each client's kind of request once a tick. */
  readonly units: Int32Array;
  readonly errors: Int32Array;
  readonly slow: Int32Array;
}

/** One run of a scenario: what every rule gets to see, each in the form that it counts in. */
export interface Stream {
  readonly ticks: number;
  readonly share: Float64Array;
  readonly canary: ArmSeries;
  readonly stable: ArmSeries;
  /** Of the stable release before the canary. */
  readonly burst: { readonly errors: number; readonly slow: number };
}

/** Clients ask so often on average, and then leave. */
const requestsASession = 8;
const sessionMinutes = 4;
const kinds = 12;
const slowRate = 0.05;
/** Of the stable release's past not more than so many requests are looked at. */
const mostPast = 50_000;

export function createStream(scenario: Scenario, requestsAMinute: number, random: Random): Stream {
  const past = pastOf(scenario, requestsAMinute, random);
  const { minutes } = scenario;
  const rates = scenario.rates(random, minutes);
  const share = Float64Array.from({ length: minutes * ticksAMinute }, (_, tick) =>
    scenario.share(Math.floor(tick / ticksAMinute)),
  );
  const canary = emptySeries(share.length);
  const stable = emptySeries(share.length);
  simulate({
    ticks: share.length,
    requestsAMinute,
    burst: scenario.burst,
    random,
    share: (tick) => share[tick] ?? 0,
    rate: (isCanary, minute) => (isCanary ? rates.canary : rates.stable)[minute] ?? 0,
    count(tick, isCanary, { isNewUnit, failed, isNewError, isNewSlow }) {
      const arm = isCanary ? canary : stable;
      bump(arm.requests, tick);
      if (failed) bump(arm.failed, tick);
      if (isNewUnit) bump(arm.units, tick);
      if (isNewError) bump(arm.errors, tick);
      if (isNewSlow) bump(arm.slow, tick);
    },
  });
  return { ticks: share.length, share, canary, stable, burst: past };
}

function pastOf(scenario: Scenario, requestsAMinute: number, random: Random): Stream["burst"] {
  const minutes = Math.min(scenario.pastMinutes, Math.ceil(mostPast / requestsAMinute));
  const { stable } = scenario.rates(random, minutes);
  const errors = createBurstMeter();
  const slow = createBurstMeter();
  simulate({
    ticks: minutes * ticksAMinute,
    requestsAMinute,
    burst: scenario.burst,
    random,
    share: () => 0,
    rate: (_isCanary, minute) => stable[minute] ?? 0,
    count(tick, _isCanary, { client, isNewError, isNewSlow }) {
      if (isNewError) errors.add(tick * tickMs, String(client));
      if (isNewSlow) slow.add(tick * tickMs, String(client));
    },
  });
  return { errors: errors.factor, slow: slow.factor };
}

interface Request {
  readonly client: number;
  readonly failed: boolean;
  readonly isNewUnit: boolean;
  readonly isNewError: boolean;
  readonly isNewSlow: boolean;
}

interface Simulation {
  readonly ticks: number;
  readonly requestsAMinute: number;
  readonly burst: number;
  readonly random: Random;
  readonly share: (tick: number) => number;
  readonly rate: (isCanary: boolean, minute: number) => number;
  readonly count: (tick: number, isCanary: boolean, request: Request) => void;
}

interface Retry {
  readonly client: number;
  readonly kind: number;
  readonly place: number;
  readonly seconds: number;
}

/**
 * Clients come and go; each has a place between 0 and 1 that decides, with the share of the moment, which release serves it. A failure
 * may make the same client try the same again, after seconds or after half a minute, and fail again. Only failures of first tries are
 * drawn, so many fewer that the rate of errors is as the scenario says.
 */
function simulate({ ticks, requestsAMinute, burst, random, share, rate, count }: Simulation): void {
  const pool = Math.max(1, Math.round((requestsAMinute * sessionMinutes) / requestsASession));
  const clients = Int32Array.from({ length: pool }, (_, index) => index);
  const places = Float64Array.from({ length: pool }, () => random.next());
  const retries = new Map<number, Retry[]>();
  const seen = new Map<number, number>();
  let nextClient = pool;
  for (let tick = 0; tick < ticks; tick += 1) {
    seen.clear();
    const minute = Math.floor(tick / ticksAMinute);
    const now = share(tick);
    for (let left = random.poisson(requestsAMinute / ticksAMinute); left > 0; left -= 1) {
      const slot = random.whole(pool);
      const client = clients[slot] ?? 0;
      const place = places[slot] ?? 0;
      const kind = random.whole(kinds);
      const isCanary = place < now;
      const failed = random.next() < rate(isCanary, minute) / burst;
      serve(tick, { client, kind, place, seconds: random.next() * 15 }, isCanary, failed);
      if (random.next() * requestsASession < 1) {
        clients[slot] = nextClient;
        places[slot] = random.next();
        nextClient += 1;
      }
    }
    // A list that grows while it is gone through: a retry may come in the same tick.
    for (const retry of retries.get(tick) ?? []) serve(tick, retry, retry.place < now, true);
    retries.delete(tick);
  }

  function serve(tick: number, request: Retry, isCanary: boolean, failed: boolean): void {
    const key = request.client * kinds + request.kind;
    const before = seen.get(key) ?? 0;
    const slow = random.next() < slowRate;
    const now = 1 | (failed ? 2 : 0) | (slow ? 4 : 0);
    const fresh = now & ~before;
    if (fresh !== 0) seen.set(key, before | now);
    count(tick, isCanary, {
      client: request.client,
      failed,
      isNewUnit: (fresh & 1) !== 0,
      isNewError: (fresh & 2) !== 0,
      isNewSlow: (fresh & 4) !== 0,
    });
    if (failed && burst > 1 && random.next() < 1 - 1 / burst) retryLater(tick, request);
  }

  function retryLater(tick: number, request: Retry): void {
    const seconds = request.seconds + random.exponential(random.next() < 0.5 ? 3 : 30);
    const due = tick + Math.floor(seconds / 15);
    const retry = { ...request, seconds: seconds % 15 };
    const list = retries.get(due);
    if (list === undefined) retries.set(due, [retry]);
    else list.push(retry);
  }
}

function emptySeries(ticks: number): ArmSeries {
  return {
    requests: new Int32Array(ticks),
    failed: new Int32Array(ticks),
    units: new Int32Array(ticks),
    errors: new Int32Array(ticks),
    slow: new Int32Array(ticks),
  };
}

function bump(counts: Int32Array, index: number): void {
  counts[index] = (counts[index] ?? 0) + 1;
}

import type { Random } from "../../src/canary/testing/random.ts";

export const requestRates = [10, 60, 600] as const;
export const tickMs = 15_000;
export const ticksAMinute = 60_000 / tickMs;

/** One way that traffic may be. Rates of errors are of whole requests, before anything is counted once only. */
export interface Scenario {
  readonly name: string;
  readonly minutes: number;
  /** Whether the canary is as good as the stable release: a roll-back is then a false one. */
  readonly sound: boolean;
  /** The canary's part of the clients in a minute. */
  readonly share: (minute: number) => number;
  /** The probability that a request fails, for each minute; drawn anew for each run. */
  readonly rates: (
    random: Random,
    minutes: number,
  ) => { readonly stable: Float64Array; readonly canary: Float64Array };
  /** How many requests a failure makes on average: somebody who tries again fails again. 1 for none. */
  readonly burst: number;
  /** For how long the stable release has been there before the canary: what its bursts are measured in. */
  readonly pastMinutes: number;
}

const base = 0.005;
const hour = 60;
const pastMinutes = 6 * hour;
const fifth = (): number => 0.2;

export const scenarios: readonly Scenario[] = [
  sound("constant 0.5 %", {}),
  sound("noisy 2 %", { rates: both(() => 0.02) }),
  sound("shared outage", { rates: both((minute) => (minute >= 20 && minute < 25 ? 0.3 : base)) }),
  sound("clustered 0.5 %", { burst: 3 }),
  sound("clustered 2 %", { burst: 3, rates: both(() => 0.02) }),
  sound("clustered 2 %, young", { burst: 3, rates: both(() => 0.02), pastMinutes: 20 }),
  sound("varying by minute", { rates: varying }),
  sound("ramping share", { share: (minute) => [0.05, 0.1, 0.25, 0.5][Math.floor(minute / 15)] ?? 0.5 }),
  sound("24 h", { minutes: 24 * hour }),
  worse("x2", 2 * base),
  worse("x5", 5 * base),
  worse("+5 pp", base + 0.05),
  worse("+20 pp", base + 0.2),
  worse("100 %", 1),
];

function sound(name: string, differences: Partial<Scenario>): Scenario {
  return {
    name,
    minutes: hour,
    sound: true,
    share: fifth,
    rates: both(() => base),
    burst: 1,
    pastMinutes,
    ...differences,
  };
}

function worse(name: string, rate: number): Scenario {
  return {
    name,
    minutes: hour,
    sound: false,
    share: fifth,
    burst: 1,
    pastMinutes,
    rates: (_random, minutes) => ({
      stable: new Float64Array(minutes).fill(base),
      canary: new Float64Array(minutes).fill(rate),
    }),
  };
}

function both(rate: (minute: number) => number): Scenario["rates"] {
  return (_random, minutes) => {
    const rates = Float64Array.from({ length: minutes }, (_, minute) => rate(minute));
    return { stable: rates, canary: rates };
  };
}

/** A log-normal factor each minute, the same for both arms, with a mean of about 1. */
function varying(random: Random, minutes: number): ReturnType<Scenario["rates"]> {
  const sigma = 1.5;
  const rates = Float64Array.from({ length: minutes }, () =>
    Math.min(0.9, base * Math.exp(sigma * random.normal() - sigma ** 2 / 2)),
  );
  return { stable: rates, canary: rates };
}

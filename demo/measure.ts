import { startLoad, type LoadResult } from "../src/routing/testing/load.ts";
import { textTable } from "../src/commands/text-table.ts";
import type { Stage } from "./stage.ts";

export interface Measure {
  readonly name: string;
  readonly seconds: number;
  readonly visits: Visits | undefined;
  readonly steps: readonly { readonly title: string; readonly durationMs: number }[];
}

interface Visits extends LoadResult {
  /** Answers in which a release itself said that it had failed. */
  readonly errors500: number;
}

interface HistoryJson {
  readonly operations: readonly { readonly title: string; readonly durationMs?: number }[];
}

/** Does something to the site while visitors use it, and counts every request of theirs. */
export async function measured(
  name: string,
  stage: Stage,
  work: () => Promise<void>,
  { load = true } = {},
): Promise<Measure> {
  const visitors = load ? await startVisitors(stage) : undefined;
  const start = performance.now();
  await work().catch(async (error: unknown) => {
    await visitors?.stop();
    throw error;
  });
  const seconds = (performance.now() - start) / 1000;
  const visits = await visitors?.stop();
  const [last] = await stage.json<HistoryJson[]>(["history", "local", "-n", "1"]);
  const steps = (last?.operations ?? []).flatMap(({ title, durationMs }) =>
    durationMs === undefined ? [] : [{ title, durationMs }],
  );
  return { name, seconds, visits, steps };
}

/** Sixteen connections that stay open, with a moment between two pages. */
async function startVisitors({ url }: Stage) {
  const places = await (await fetch(`${url}/venues`)).text();
  const [, place] = /href="(\/venues\/[\w-]+)"/.exec(places) ?? [];
  if (place === undefined) throw new Error("there is no place to visit");
  let errors500 = 0;
  const load = startLoad({
    url: [`${url}/`, `${url}${place}`],
    connections: 16,
    pauseMs: 60,
    check({ status }) {
      if (status === 500) errors500 += 1;
      return status === 200 || status === 500 ? undefined : `status ${status}`;
    },
  });
  return {
    async stop(): Promise<Visits> {
      return { ...(await load.stop()), errors500 };
    },
  };
}

export function reportTable(measures: readonly Measure[]): string {
  const requests = textTable(
    [
      ["", "took", "requests", "lost", "errors", "p50", "p99", "longest"],
      ...measures.map(({ name, seconds, visits }) => [
        name,
        `${seconds.toFixed(1)} s`,
        ...(visits === undefined
          ? ["-", "-", "-", "-", "-", "-"]
          : [
              String(visits.sent),
              String(visits.failed),
              String(visits.errors500),
              ms(visits.p50),
              ms(visits.p99),
              ms(visits.max),
            ]),
      ]),
    ],
    "  ",
  );
  const steps = measures.map(({ name, steps: taken }) =>
    [
      `  ${name}`,
      textTable(
        taken
          .filter(({ durationMs }) => durationMs >= shortestShownMs)
          .map(({ title, durationMs }) => [title, ms(durationMs)]),
        "    ",
      ),
    ].join("\n"),
  );
  return ["\nWhat was measured", "", requests, "", "Steps that took 0.1 s and more", "", ...steps].join("\n");
}

const shortestShownMs = 100;

function ms(value: number): string {
  return value < 10 ? `${value.toFixed(1)} ms` : `${Math.round(value)} ms`;
}

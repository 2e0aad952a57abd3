import { startLoad } from "../src/routing/testing/load.ts";
import { textTable } from "../src/commands/text-table.ts";
import type { Stage } from "./stage.ts";

export interface Measure {
  readonly name: string;
  readonly seconds: number;
  readonly requests:
    | {
        readonly sent: number;
        readonly failed: number;
        readonly p50: number;
        readonly p99: number;
        readonly max: number;
      }
    | undefined;
  readonly steps: readonly { readonly title: string; readonly durationMs: number }[];
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
  const visitors = load ? startLoad({ url: `${stage.url}/`, connections: 16 }) : undefined;
  const start = performance.now();
  await work().catch(async (error: unknown) => {
    await visitors?.stop();
    throw error;
  });
  const seconds = (performance.now() - start) / 1000;
  const requests = await visitors?.stop();
  const [last] = await stage.json<HistoryJson[]>(["history", "local", "-n", "1"]);
  const steps = (last?.operations ?? []).flatMap(({ title, durationMs }) =>
    durationMs === undefined ? [] : [{ title, durationMs }],
  );
  return { name, seconds, requests, steps };
}

export function reportTable(measures: readonly Measure[]): string {
  const requests = textTable(
    [
      ["", "took", "requests", "failed", "p50", "p99", "longest"],
      ...measures.map(({ name, seconds, requests: counted }) => [
        name,
        `${seconds.toFixed(1)} s`,
        ...(counted === undefined
          ? ["-", "-", "-", "-", "-"]
          : [
              String(counted.sent),
              String(counted.failed),
              ms(counted.p50),
              ms(counted.p99),
              ms(counted.max),
            ]),
      ]),
    ],
    "  ",
  );
  const steps = measures.map(({ name, steps: taken }) =>
    [
      `  ${name}`,
      textTable(
        taken.map(({ title, durationMs }) => [title, ms(durationMs)]),
        "    ",
      ),
    ].join("\n"),
  );
  return ["\nWhat was measured", "", requests, "", "Time of each step", "", ...steps].join("\n");
}

function ms(value: number): string {
  return value < 10 ? `${value.toFixed(1)} ms` : `${Math.round(value)} ms`;
}

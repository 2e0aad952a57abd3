import type { AccessLine } from "../routing/access-line.ts";
import { fateOf, isOfApplication } from "./fate.ts";

/** Which requests are counted: those whose head arrived in this span, in milliseconds since the epoch. */
export interface CountSpan {
  readonly from: number;
  readonly to: number;
  /** From which duration on a request is slow. */
  readonly slowMs?: number | undefined;
  /** The span of an environment's first deploy: until its table there was nobody to answer, and who came too early lost nothing. */
  readonly firstDeploy?: boolean | undefined;
}

/** What the access log says of the requests in a span of time. */
export interface RequestCounts {
  /** All that users sent and waited for: `lost` and `failed` are among them, `givenUp` and `closed` are not. */
  readonly requests: number;
  /** No whole answer came. */
  readonly lost: number;
  /** The application answered by itself that it could not. */
  readonly failed: number;
  /** The client went away first. */
  readonly givenUp: number;
  /** The site was closed for maintenance. */
  readonly closed: number;
  /** When the first of them came. */
  readonly firstAt: number | undefined;
  /** Requests to the application whose duration counts. */
  readonly timed: number;
  /** Those of them that took longer than `slowMs`. */
  readonly slow: number;
  readonly p95Ms: number | undefined;
  /** Lines of the log that can't be read, or that could not be written. */
  readonly unreadable: number;
}

/** Counts lines as they come, in any order; holds a number a request and no line. */
export class RequestCounter {
  readonly #span: CountSpan;
  #requests = 0;
  #lost = 0;
  #failed = 0;
  #givenUp = 0;
  #closed = 0;
  #firstAt: number | undefined;
  #slow = 0;
  readonly #durations: number[] = [];

  constructor(span: CountSpan) {
    this.#span = span;
  }

  add(line: AccessLine): void {
    const at = Date.parse(line.time);
    if (at < this.#span.from || at > this.#span.to) return;
    if (this.#span.firstDeploy === true && line.table === undefined && line.error !== undefined) return;
    const fate = fateOf(line);
    if (fate === "none") return;
    if (this.#firstAt === undefined || at < this.#firstAt) this.#firstAt = at;
    if (fate === "closed") {
      this.#closed += 1;
      return;
    }
    if (fate === "given up") this.#givenUp += 1;
    else this.#requests += 1;
    if (fate === "lost") this.#lost += 1;
    if (fate === "failed") this.#failed += 1;
    if (isOfApplication(line)) this.#time(line.ms, fate === "given up");
  }

  counts(unreadable: number): RequestCounts {
    return {
      requests: this.#requests,
      lost: this.#lost,
      failed: this.#failed,
      givenUp: this.#givenUp,
      closed: this.#closed,
      firstAt: this.#firstAt,
      timed: this.#durations.length,
      slow: this.#slow,
      p95Ms: quantile95(this.#durations),
      unreadable,
    };
  }

  /** A client that gave up has waited at least this long: that says something only where it is too long already. */
  #time(ms: number, givenUp: boolean): void {
    const { slowMs } = this.#span;
    const slow = slowMs !== undefined && ms > slowMs;
    if (givenUp && !slow) return;
    this.#durations.push(ms);
    if (slow) this.#slow += 1;
  }
}

/** The smallest duration that at least 95 of a hundred do not exceed. */
function quantile95(durations: readonly number[]): number | undefined {
  const sorted = Float64Array.from(durations).sort();
  return sorted[Math.ceil(sorted.length * 0.95) - 1];
}

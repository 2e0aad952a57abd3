import { Agent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { Agent as TlsAgent, request as tlsRequest } from "node:https";
import { setTimeout } from "node:timers/promises";
import { messageOf, systemCode } from "../../errors/cozy-error.ts";

/** A load of requests over keep-alive connections, for tests and demonstrations. It never retries: what fails is counted. */
export interface LoadOptions {
  /** Of several each connection asks one after the other. */
  readonly url: string | readonly string[];
  readonly connections: number;
  /** Each connection sends its next request when the answer is there and this time has passed; at once unless told otherwise. */
  readonly pauseMs?: number;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For `https:`: the name that is asked for, and who vouches for it; without that any certificate will do. */
  readonly tls?: { readonly servername: string; readonly ca?: string };
  /** What is wrong with an answer; unless told otherwise everything but a 200 is. */
  readonly check?: (answer: LoadAnswer) => string | undefined;
  /** A request that takes longer has failed; 10 s. */
  readonly timeoutMs?: number;
}

export interface LoadAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface LoadResult {
  readonly sent: number;
  readonly failed: number;
  /** Milliseconds, of every request. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** What went wrong, each kind once with its count, the first ones. */
  readonly errors: readonly string[];
}

export interface Load {
  /** What was measured so far. */
  result(): LoadResult;
  /** Measures anew from here: `result` and `stop` then tell of what came after. */
  reset(): void;
  /** Sends no more, waits for the last answers, and tells what was measured. */
  stop(): Promise<LoadResult>;
}

export function startLoad(options: LoadOptions): Load {
  const counts = new Counts();
  const stopping = new AbortController();
  const connections = Array.from({ length: options.connections }, () =>
    keepSending(options, counts, stopping.signal),
  );
  return {
    result: () => counts.result(),
    reset: () => counts.reset(),
    async stop() {
      stopping.abort();
      await Promise.all(connections);
      return counts.result();
    },
  };
}

async function keepSending(options: LoadOptions, counts: Counts, stopping: AbortSignal): Promise<void> {
  const agents = agentsOf(options);
  const check = options.check ?? unlessOk;
  const urls = [options.url].flat();
  for (let turn = 0; !stopping.aborted; turn++) {
    const startedAt = performance.now();
    let failure: string | undefined;
    try {
      failure = check(await ask(urls[turn % urls.length] ?? "", options, agents));
    } catch (error) {
      failure = systemCode(error) ?? messageOf(error);
    }
    counts.add(performance.now() - startedAt, failure);
    // After a refused connection a pause keeps the loop from spinning.
    const pauseMs = options.pauseMs ?? (failure === undefined ? 0 : 5);
    if (pauseMs > 0) await setTimeout(pauseMs, undefined, { signal: stopping }).catch(() => {});
  }
  agents.plain.destroy();
  agents.tls.destroy();
}

function agentsOf({ tls }: LoadOptions) {
  const kept = { keepAlive: true, maxSockets: 1 };
  return {
    plain: new Agent(kept),
    tls: new TlsAgent({ ...kept, ...tls, rejectUnauthorized: tls?.ca !== undefined }),
  };
}

async function ask(
  url: string,
  options: LoadOptions,
  agents: ReturnType<typeof agentsOf>,
): Promise<LoadAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<LoadAnswer>();
  const { method, headers, timeoutMs } = options;
  const how = { method, headers, timeout: timeoutMs ?? 10_000 };
  const read = (response: IncomingMessage): void => {
    let text = "";
    response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    response.on("error", reject);
    response.on("end", () => {
      if (response.complete) resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      else reject(new Error("the answer was cut"));
    });
  };
  const asked = url.startsWith("https:")
    ? tlsRequest(url, { ...how, agent: agents.tls }, read)
    : httpRequest(url, { ...how, agent: agents.plain }, read);
  asked.on("timeout", () => asked.destroy(new Error("no answer in time")));
  asked.on("error", reject);
  asked.end(options.body);
  return await promise;
}

function unlessOk({ status }: LoadAnswer): string | undefined {
  return status === 200 ? undefined : `status ${status}`;
}

class Counts {
  #times: number[] = [];
  #failed = 0;
  #errors = new Map<string, number>();

  add(ms: number, failure: string | undefined): void {
    this.#times.push(ms);
    if (failure === undefined) return;
    this.#failed++;
    this.#errors.set(failure, (this.#errors.get(failure) ?? 0) + 1);
  }

  reset(): void {
    this.#times = [];
    this.#failed = 0;
    this.#errors.clear();
  }

  result(): LoadResult {
    const sorted = Float64Array.from(this.#times).sort();
    const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
    return {
      sent: sorted.length,
      failed: this.#failed,
      p50: at(0.5),
      p99: at(0.99),
      max: sorted.at(-1) ?? 0,
      errors: [...this.#errors].slice(0, 20).map(([what, count]) => `${what} (${count})`),
    };
  }
}

import type { Settings } from "../settings/settings.ts";

export type Attributes = Record<string, string | number>;

export type Span = { set: (attributes: Attributes) => void; rename: (name: string) => void };

export type SpanStart = {
  name: string;
  attributes: Attributes;
  /** Names the caller's span, in the form that `traceparent` has. */
  traceparent?: string | undefined;
};

/** Who is told what happens here. Nothing that people typed, and nothing that says who they are. */
export type Observers = {
  /** A fault that somebody should look at; what about it helps to find its cause. */
  report: (error: unknown, about: Record<string, string>) => void;
  /** Does the work, and has it measured where somebody traces. */
  span: <Result>(
    kind: "request" | "job",
    start: SpanStart,
    work: (span: Span) => Promise<Result>,
  ) => Promise<Result>;
  /** Whether a span is more than its work. */
  tracing: boolean;
  /** Sends what is still here; takes two seconds at most, and never throws. */
  close: () => Promise<void>;
};

const noSpan: Span = { set: () => {}, rename: () => {} };

export const nobody: Observers = {
  report: () => {},
  span: (_kind, _start, work) => work(noSpan),
  tracing: false,
  close: async () => {},
};

/** Sentry and OpenTelemetry, each where its variable names an address; of neither is a line loaded otherwise. */
export async function openObservers(
  settings: Pick<Settings, "identity" | "sentryDsn" | "otlpEndpoint">,
): Promise<Observers> {
  const { identity, sentryDsn, otlpEndpoint } = settings;
  if (sentryDsn === undefined && otlpEndpoint === undefined) return nobody;
  const sentry =
    sentryDsn === undefined ? nobody : (await import("./sentry.ts")).openSentry(sentryDsn, identity);
  const tracing =
    otlpEndpoint === undefined ? nobody : (await import("./tracing.ts")).openTracing(otlpEndpoint, identity);
  return {
    report: sentry.report,
    span: tracing.span,
    tracing: tracing.tracing,
    close: async () => void (await Promise.all([sentry.close(), tracing.close()])),
  };
}

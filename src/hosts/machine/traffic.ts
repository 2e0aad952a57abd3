import { createBeforeCounter, type BeforeRequest } from "../../canary/traffic-before.ts";
import { createTrafficCounter, type Traffic, type TrafficRequest } from "../../canary/traffic.ts";
import type { Baseline } from "../../canary/verdict.ts";
import { linesBackTo, parseAccessLine, type ParseLine } from "../../routing/access-log-lines.ts";

/** Counts what two releases served, from the end of the access log back to the beginning of the span. */
export async function readTraffic(
  file: string,
  request: TrafficRequest,
  signal: AbortSignal,
  parse: ParseLine = parseAccessLine,
): Promise<Traffic> {
  const counter = createTrafficCounter(request);
  await linesBackTo(file, request.from, signal, (line) => counter.add(line), parse);
  return counter.traffic;
}

/** What the log says of releases before a moment. */
export async function readTrafficBefore(
  file: string,
  request: BeforeRequest,
  signal: AbortSignal,
  parse: ParseLine = parseAccessLine,
): Promise<Baseline> {
  const counter = createBeforeCounter(request);
  await linesBackTo(file, request.from, signal, (line) => counter.add(line), parse);
  return counter.baseline;
}

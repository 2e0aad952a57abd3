import type { CozyEvent, Reporter } from "./event.ts";

/** Several subscribers as one. What goes wrong in a subscriber never stops a plan: that subscriber is left out from then on. */
export function fanOut(
  reporters: readonly Reporter[],
  onFault: (error: unknown) => void = () => {},
): Reporter {
  const listening = new Set(reporters);
  const toEach = (act: (reporter: Reporter) => void) => {
    for (const reporter of listening) {
      try {
        act(reporter);
      } catch (error) {
        listening.delete(reporter);
        onFault(error);
      }
    }
  };
  return {
    report: (event: CozyEvent) => toEach((reporter) => reporter.report(event)),
    close: () => toEach((reporter) => reporter.close()),
  };
}

import type { CanaryEvidence } from "../../canary/evidence-file.ts";
import { bulletPages, verdictFacts } from "../../canary/text-numbers.ts";
import { CozyError } from "../../errors/cozy-error.ts";

const pagesTold = 3;

/** What whoever deployed has to know: the verdict with its numbers, the pages that failed most, and where to look. */
export function rolledBack(evidence: CanaryEvidence, because: string): CozyError {
  const { release, environment } = evidence;
  return new CozyError("canary-rolled-back", {
    message: `${release} was rolled back. ${because}`,
    details: [...verdictFacts(evidence), ...bulletPages(evidence.pages, pagesTold)],
    next: `cozy canary ${environment} shows all of the evidence; mend the release, then: cozy deploy ${environment}`,
  });
}

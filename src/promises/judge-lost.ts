import type { Evidence } from "./evidence.ts";
import type { RequestCounts } from "./request-counts.ts";
import { closedText } from "./closed-text.ts";
import { counted } from "../shared/words.ts";

/** What the requests of a deploy or a rollback say of the promise that none is lost. */
export function judgeLost(
  { requests, lost, givenUp, closed, unreadable }: RequestCounts,
  { command, release }: { readonly command: "deploy" | "rollback"; readonly release: string },
): Pick<Evidence, "outcome" | "measured" | "declared" | "closed" | "text"> {
  const what = `the ${command} of ${release}`;
  const left = [
    ...(givenUp === 0 ? [] : [`; ${counted(givenUp, "client")} went away first`]),
    ...(closed === 0 ? [] : [`; ${closedText(closed)}`]),
  ].join("");
  const measurement = { measured: lost, declared: 0, ...(closed > 0 && { closed }) };
  if (lost > 0) {
    const text = `${lost.toLocaleString("en-GB")} of ${counted(requests, "request")} got no whole answer in ${what}${left}`;
    return { ...measurement, outcome: "broken", text };
  }
  if (unreadable > 0) {
    const text = `${counted(unreadable, "line")} of the access log could not be read or written in ${what}`;
    return { ...measurement, outcome: "not proven", text };
  }
  const all =
    requests === 0 ? `no request came in ${what}` : `${counted(requests, "request")} in ${what}, none lost`;
  return { ...measurement, outcome: "kept", text: `${all}${left}` };
}

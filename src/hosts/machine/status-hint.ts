import { usualHeaders } from "../../routing/check-headers.ts";
import type { Answer, Question } from "./ask-instance.ts";

/**
 * What an application as a rule means by a status that was not wanted, and what to do about it. `headers` is what the project file
 * calls the headers of this check. Pure.
 */
export function statusHint(question: Question, answer: Answer, headers: string): string | undefined {
  const { status } = answer;
  const host = question.headers?.["host"] ?? usualHeaders.host;
  if (status >= 300 && status < 400 && answer.headers.location !== undefined)
    return redirectHint(question, answer.headers.location, host, headers);
  const sends = question.method !== undefined && !["GET", "HEAD"].includes(question.method);
  if (status === 421 || (status === 400 && !sends))
    return `it may not know the host \`${host}\`: set \`${headers}.host\` to a name that it answers to`;
  if (status === 401)
    return `it wants credentials: ask for a page that is open to all, or set \`${headers}.authorization\``;
  if (status === 403 && sends)
    return `it may miss the token of a form: give the fields as \`form\`, whose hidden ones are read from its \`page\`, or set \`${headers}.origin\``;
  if (status === 403)
    return `it refuses: ask for a page that is open to all, or set \`${headers}.host\` to a name that it answers to`;
  if (status === 404 && headers === "ready.headers") return "set `ready.path` to a page that it has";
  if (status === 429) return "its rate limit counts these checks: exempt the page from it";
  return undefined;
}

function redirectHint(question: Question, location: string, host: string, headers: string): string {
  const proto = question.headers?.["x-forwarded-proto"] ?? usualHeaders["x-forwarded-proto"];
  const here = `${proto}://${host}`;
  const to = URL.canParse(location, here) ? new URL(location, here) : undefined;
  const [target] = location.split(/[?#]/, 1);
  const told = `it redirects to ${target}`;
  if (to === undefined) return told;
  if (to.host !== host && to.host !== new URL(here).host) {
    return `${told}: set \`${headers}.host\` to \`${to.host}\``;
  }
  if (to.pathname === question.path.split("?", 1)[0] && to.protocol === "https:") {
    return proto === "https"
      ? `${told}, although it was asked with x-forwarded-proto: https: have it trust its proxy, or set the header that it goes by in \`${headers}\``
      : `${told}: it wants \`x-forwarded-proto: https\`, which \`${headers}\` replaces`;
  }
  return `${told}: ask for a page that answers itself, or say so with \`status\``;
}

import type { Source } from "../files.ts";
import type { Found } from "../findings.ts";
import type { Page } from "./django-urls.ts";

const readyNames =
  /^(?:readyz|ready|readiness|healthz|health|healthcheck|health[-_]check|livez|up|ht|ping|heartbeat|__heartbeat__|_health|status)$/;
const order = ["ready", "readyz", "readiness", "health", "healthz"];
const signIn = /^(?:login|log-in|log_in|signin|sign-in|sign_in)$/;

/** The page that tells whether the application is ready. */
export function readyPage(pages: readonly Page[]): Found<string> | undefined {
  const found = pages.filter(({ value }) => readyNames.test(lastPart(value)));
  const rank = (page: Page): number => {
    const at = order.indexOf(lastPart(page.value));
    return at === -1 ? order.length : at;
  };
  return [...found].sort((a, b) => rank(a) - rank(b) || a.value.length - b.value.length)[0];
}

/** A page that answers a visitor who is not signed in: the first one of the site, else a sign-in. */
export function openPage(pages: readonly Page[], python: readonly Source[]): Found<string> | undefined {
  const root = pages.find(({ value }) => value === "/");
  if (root && !leadsElsewhere(root, python)) return root;
  const login = pages.find(({ value }) => signIn.test(lastPart(value)));
  const admin = pages.find(({ view }) => view === "admin.site.urls");
  return login ?? (admin && { value: `${admin.value}login/`, where: admin.where });
}

/** Whether a view sends visitors to another page, as far as its own text shows. */
function leadsElsewhere({ view }: Page, python: readonly Source[]): boolean {
  if (/redirect/i.test(view)) return true;
  const name = /^\w+$/.test(view) ? view : "-";
  for (const { text } of python) {
    const at = new RegExp(`^(?:def|class|async def) ${name}\\b`, "m").exec(text)?.index;
    if (at === undefined) continue;
    const decorators = /(?:^@[^\n]*\n)+$/m.exec(text.slice(0, at))?.[0] ?? "";
    const [body = ""] = text.slice(at + 1).split(/^(?=\S)(?!\))/m);
    return /redirect|login_required|LoginRequired|permission_required|staff_member_required/i.test(
      decorators + text[at] + body,
    );
  }
  return false;
}

function lastPart(page: string): string {
  return /([^/]*)\/?$/.exec(page)?.[1] ?? "";
}

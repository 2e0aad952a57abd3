import { createHash } from "node:crypto";
import { join } from "node:path";
import { includeHeaders } from "./headers.ts";
import type { SiteFacts } from "./site-facts.ts";
import { block, word, type Lines } from "./text.ts";
import type { Variables } from "./variables.ts";

interface Page {
  readonly title: string;
  readonly text: string;
}

const pages = {
  413: { title: "Too large", text: "What was sent is larger than this site takes." },
  429: { title: "Too many requests", text: "Please wait a moment and try again." },
  502: {
    title: "Not reachable",
    text: "The application could not be reached. Please try again in a moment.",
  },
  503: { title: "Not open", text: "No release serves this site at the moment. Please try again later." },
  504: { title: "No answer", text: "The application did not answer in time." },
} as const satisfies Record<number, Page>;

const maintenance = {
  title: "Under maintenance",
  text: "This site is being worked on and will be back soon.",
} as const;
const noCertificate = {
  title: "Not open yet",
  text: "This site waits for its certificate.",
} as const;

/** Which page answers what nginx has to say itself. A location with an `error_page` of its own inherits none, and repeats them. */
export function errorPageLines(): Lines {
  return Object.keys(pages).map((status) => `error_page ${status} = @cozy_${status};`);
}

/** The pages as locations. They bear the security headers of every other answer, and a policy that lets in their own style alone. */
export function errorPageLocations(facts: SiteFacts, v: Variables): readonly Lines[] {
  const own = facts.hasCertificate ? maintenance : noCertificate;
  const closed = join(facts.layout.run, "routes", "closed");
  return [
    location(facts, v, 413, {}),
    location(facts, v, 429, { retryAfter: 1 }),
    location(facts, v, 502, {
      first: block(`if (-f ${word(closed)})`, answer(503, pages[503], v)),
      retryAfter: 5,
    }),
    location(facts, v, 503, { page: own, retryAfter: 60 }),
    location(facts, v, 504, {}),
  ];
}

function location(
  facts: SiteFacts,
  v: Variables,
  status: keyof typeof pages,
  options: { readonly page?: Page; readonly retryAfter?: number; readonly first?: Lines },
): Lines {
  const { page = pages[status], retryAfter, first = [] } = options;
  return block(
    `location @cozy_${status}`,
    ...plainTypes("text/html"),
    includeHeaders(facts),
    `add_header Content-Security-Policy ${word(policy)} always;`,
    'add_header Cache-Control "no-store" always;',
    ...(retryAfter === undefined ? [] : [`add_header Retry-After ${retryAfter} always;`]),
    ...toldToProbes(v),
    ...first,
    answer(status, page, v),
  );
}

/** What a proof needs to know: by which table the instance was asked, and whether it was the one that was meant. */
export function toldToProbes(v: Variables): Lines {
  return [`add_header X-Cozy-Table ${v.told} always;`, `add_header X-Cozy-Tried ${v.tried} always;`];
}

/** What nginx answers itself has this type, whatever the path of the request ends in. */
export function plainTypes(type: string): Lines {
  return ["types { }", `default_type ${type};`, "charset utf-8;"];
}

function answer(status: number, { title, text }: Page, v: Variables): string {
  const html =
    `<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'><title>${title}</title>` +
    `<style>${style}</style><h1>${title}</h1><p>${text}</p><p><small>${status}, request `;
  return `return ${status} "${html}${v.id}</small></p>";`;
}

const style =
  "body{font:1.1em/1.5 system-ui,sans-serif;max-width:34em;margin:18vh auto;padding:0 1em}small{opacity:.6}";
const styleHash = createHash("sha256").update(style).digest("base64");
const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

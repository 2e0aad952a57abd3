import { join } from "node:path";
import { catchAllFolder } from "./catch-all.ts";
import { plainTypes } from "./error-pages.ts";
import { inRotationFile, type SiteFacts, type SiteFile } from "./site-facts.ts";
import { block, fileText, word, type Lines } from "./text.ts";
import type { Variables } from "./variables.ts";

/** Where nginx itself says which site it serves, to whoever has the token. */
export const sitePath = "/.well-known/cozy-site";

/** What stands there. */
export interface SiteAnswer {
  readonly format: 1;
  readonly site: string;
  /** Of the text that nginx goes by; see `siteVersion`. */
  readonly version: string;
  readonly staticUrl: string | null;
  readonly mediaUrl: string | null;
}

export function siteLocation(facts: SiteFacts, v: Variables, version: string): Lines {
  const answer: SiteAnswer = {
    format: 1,
    site: facts.layout.id,
    version,
    staticUrl: facts.staticUrl ?? null,
    mediaUrl: facts.mediaUrl ?? null,
  };
  return block(
    `location = ${sitePath}`,
    "auth_basic off;",
    "access_log off;",
    ...plainTypes("application/json"),
    `if (${v.probe} = 0) { return 404; }`,
    `return 200 ${word(JSON.stringify(answer))};`,
  );
}

/** What the certificate authority asks for: from the folder that certbot writes to, or from the host that has it. */
export function challengeLocation({ challenge, places }: SiteFacts): Lines {
  const head = "location ^~ /.well-known/acme-challenge/";
  const open = ["auth_basic off;", "access_log off;"];
  if (challenge.kind === "here") {
    return block(head, ...open, `root ${word(places.acme)};`, ...plainTypes("text/plain"));
  }
  const address = challenge.to.includes(":") ? `[${challenge.to}]` : challenge.to;
  const port = places.ports.http === 80 ? "" : `:${places.ports.http}`;
  return block(
    head,
    ...open,
    "proxy_set_header Host $host;",
    "proxy_connect_timeout 5s;",
    "proxy_read_timeout 10s;",
    `proxy_pass http://${word(address)}${port};`,
  );
}

/** Whether the host takes traffic, for the balancer; under the site's names and, by the catch-all, under the host's address. */
export function readyLocation(facts: SiteFacts): Lines {
  if (facts.balancer === undefined) return [];
  return block(
    `location = ${word(facts.balancer.readyPath)}`,
    "auth_basic off;",
    "access_log off;",
    ...plainTypes("text/plain"),
    `if (-f ${word(inRotationFile(facts.layout))}) { return 200 "in rotation\\n"; }`,
    'return 503 "out of rotation\\n";',
  );
}

export function readyFile(facts: SiteFacts): readonly SiteFile[] {
  if (facts.balancer === undefined) return [];
  return [
    {
      path: join(catchAllFolder(facts.places), `${facts.layout.id}.conf`),
      text: fileText(
        [`# The balancer of ${facts.layout.id} asks by the host's address; made by cozy setup.`],
        readyLocation(facts),
      ),
    },
  ];
}

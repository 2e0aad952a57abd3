import { accessLog } from "./access-log-format.ts";
import { deniedLines } from "./application-location.ts";
import { contentPolicy, includeHeaders } from "./headers.ts";
import type { SiteFacts } from "./site-facts.ts";
import { block, word, type Lines } from "./text.ts";
import type { Variables } from "./variables.ts";

/** Static and media files. What is not there is a 404 of nginx's own: the application is not asked about files. */
export function fileLocations(facts: SiteFacts, v: Variables): readonly Lines[] {
  const { staticUrl, mediaUrl, layout } = facts;
  return [
    ...(staticUrl === undefined
      ? []
      : [
          block(
            `location ^~ ${word(staticUrl)}`,
            ...common(facts, v, "static", layout.paths.static),
            ...contentPolicy(facts),
            "gzip_static on;",
            "gzip on;",
            "gzip_vary on;",
            "gzip_min_length 1024;",
            `gzip_types ${textTypes};`,
          ),
        ]),
    ...(mediaUrl === undefined
      ? []
      : [
          block(
            `location ^~ ${word(mediaUrl)}`,
            ...common(facts, v, "media", layout.paths.media),
            `add_header Content-Security-Policy ${v.sandbox} always;`,
          ),
        ]),
  ];
}

/**
 * `^~` keeps every other rule away, so that nothing here is ever run. Hidden files are not served, and a link only where it leads to a
 * file of its own owner. The time to keep is not `always`: a 404 is not kept.
 */
function common(facts: SiteFacts, v: Variables, kind: "static" | "media", folder: string): Lines {
  return [
    `alias ${word(`${folder}/`)};`,
    ...deniedLines(facts, v),
    'if ($uri ~ "/\\.") { return 404; }',
    `disable_symlinks if_not_owner from=${word(folder)};`,
    includeHeaders(facts),
    `add_header Cache-Control ${v.fresh};`,
    "charset utf-8;",
    `charset_types ${textTypes};`,
    accessLog(facts, kind),
  ];
}

/** All text but HTML, which nginx adds itself. */
const textTypes = [
  "text/css",
  "text/plain",
  "text/xml",
  "text/javascript",
  "application/javascript",
  "application/json",
  "application/manifest+json",
  "image/svg+xml",
].join(" ");

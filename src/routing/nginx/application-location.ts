import { errorPageLines, toldToProbes } from "./error-pages.ts";
import { includeForward } from "./forwarding.ts";
import { contentPolicy, includeHeaders } from "./headers.ts";
import { canonicalUrl, type SiteFacts } from "./site-facts.ts";
import { block, type Lines } from "./text.ts";
import type { Variables } from "./variables.ts";

/** How long a stream may say nothing; its end is the instance's or the client's business. */
const streamSilence = "24h";

/** What goes to the application: requests with a deadline for the answer, and streams without. */
export function applicationLocations(facts: SiteFacts, v: Variables): readonly Lines[] {
  const { answerMs } = facts.http;
  return [
    block(
      "location /",
      ...insecureLines(facts, v),
      `if (${v.closed}) { return 503; }`,
      ...deniedLines(facts, v),
      `if (${v.stream}) { return 418; }`,
      "error_page 418 = @cozy_stream;",
      ...errorPageLines(),
      "recursive_error_pages on;",
      ...toApplication(facts, v),
      "proxy_set_header Connection close;",
      `proxy_read_timeout ${answerMs}ms;`,
    ),
    block(
      "location @cozy_stream",
      ...toApplication(facts, v),
      `proxy_set_header Upgrade ${v.upgrade};`,
      `proxy_set_header Connection ${v.connection};`,
      "proxy_buffering off;",
      `proxy_read_timeout ${streamSilence};`,
      `proxy_send_timeout ${streamSilence};`,
    ),
  ];
}

/** Addresses that don't get in. A probe does. */
export function deniedLines({ access }: SiteFacts, v: Variables): Lines {
  return (access?.addresses.length ?? 0) > 0 ? [`if (${v.denied}) { return 403; }`] : [];
}

/** A balancer that ends TLS was asked without it. */
function insecureLines(facts: SiteFacts, v: Variables): Lines {
  if (facts.balancer?.endsTls !== true) return [];
  return [`if (${v.insecure}) { return 301 ${canonicalUrl(facts)}; }`];
}

function toApplication(facts: SiteFacts, v: Variables): Lines {
  return [
    ...rateLines(facts),
    includeHeaders(facts),
    ...contentPolicy(facts),
    `add_header Set-Cookie ${v.cookie} always;`,
    ...toldToProbes(v),
    includeForward(facts),
    `proxy_pass http://${facts.layout.id}-${v.bucket};`,
  ];
}

function rateLines({ http, layout }: SiteFacts): Lines {
  if (http.rate === undefined) return [];
  return [`limit_req zone=${layout.id} burst=${http.rate.burst} nodelay;`, "limit_req_status 429;"];
}

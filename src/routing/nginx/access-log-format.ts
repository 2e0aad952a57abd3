import { join } from "node:path";
import type { SiteFacts } from "./site-facts.ts";
import type { Lines } from "./text.ts";
import type { Variables } from "./variables.ts";

/** The format's name in each line: `parse-line.ts` reads it. */
export const logFormat = "nginx-1";

/** Two formats: a line of the application's, and one of a file. JSON, and no query string. */
export function logFormats({ layout }: SiteFacts, v: Variables): Lines {
  const common = [
    `"format":"${logFormat}","end":$msec,"seconds":$request_time,"method":"$request_method"`,
    `"path":"${v.path}","query":${v.query},"status":$status,"bytes":$body_bytes_sent,"whole":"$request_completion"`,
    `"address":"$remote_addr","id":"${v.id}","agent":"$http_user_agent","probe":${v.probe}`,
  ];
  const ofApplication = [
    `"bucket":"${v.bucket}","table":"${v.table}","tried":"$upstream_addr","head":"$upstream_header_time"`,
    `"flow":"${v.flow}","closed":"${v.closed}"`,
  ];
  return [
    ...format(`${layout.id}-application`, [...common, ...ofApplication]),
    ...format(`${layout.id}-static`, [...common, '"files":"static"']),
    ...format(`${layout.id}-media`, [...common, '"files":"media"']),
  ];
}

/** Unbuffered: a line is there as soon as its answer has ended. */
export function accessLog({ layout }: SiteFacts, kind: "application" | "static" | "media"): string {
  return `access_log ${join(layout.paths.logs, "access.log")} ${layout.id}-${kind};`;
}

function format(name: string, parts: readonly string[]): Lines {
  const lines = parts.map((part, at) => {
    const text = `${at === 0 ? "{" : ","}${part}${at === parts.length - 1 ? "}" : ""}`;
    return `    '${text}'${at === parts.length - 1 ? ";" : ""}`;
  });
  return [`log_format ${name} escape=json`, ...lines];
}

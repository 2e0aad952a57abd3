import { join } from "node:path";
import { bucketName, buckets } from "../route-table.ts";
import { siteFolder, type SiteFacts, type SiteFile } from "./site-facts.ts";
import { fileText } from "./text.ts";

/**
 * A bucket is an upstream of two paths: the link of the bucket, and a link to a mate, another instance of the same release, for requests
 * that could not be sent. nginx resolves a path at every connect, so a renamed `routes` counts at once. No `keepalive`: a pooled
 * connection would go on to the old instance. No instance is ever counted out: the one that has just come back must be asked again.
 */
export function upstreamsFile(facts: SiteFacts): SiteFile {
  const { layout } = facts;
  const routes = join(layout.run, "routes");
  const lines = Array.from({ length: buckets }, (_, bucket) => {
    const link = join(routes, bucketName(bucket));
    const own = `server unix:${link}.sock max_fails=0;`;
    const mate = `server unix:${link}.mate.sock max_fails=0 backup;`;
    return `upstream ${layout.id}-${bucketName(bucket)} { ${own} ${mate} }`;
  });
  return {
    path: upstreamsPath(facts),
    text: fileText(["# A bucket each. What the paths lead to is the route table's."], lines),
  };
}

export function upstreamsPath(facts: SiteFacts): string {
  return join(siteFolder(facts), "upstreams.conf");
}

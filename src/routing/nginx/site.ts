import { createHash } from "node:crypto";
import { logFormats } from "./access-log-format.ts";
import { forwardFile } from "./forwarding.ts";
import { headerMaps, headersFile } from "./headers.ts";
import { readyFile } from "./own-locations.ts";
import { siteServers } from "./servers.ts";
import { endsTls, type SiteFacts, type SiteFile } from "./site-facts.ts";
import { headLine, type SiteHead } from "./site-head.ts";
import { fileText } from "./text.ts";
import { upstreamsFile, upstreamsPath } from "./upstreams.ts";
import { variableMaps, variablesOf } from "./variables.ts";

/**
 * The nginx site of an environment: all of its files, pure, and the site itself last, so that whoever writes them in turn has put down
 * what it includes before. The catch-all of the host (`catch-all.ts`) and the password's file are not among them.
 */
export function siteFiles(facts: SiteFacts): readonly SiteFile[] {
  return filesOf(facts, siteVersion(facts));
}

/** Names the text: nginx says it of what it runs by, and so tells whether it has read what was written last. */
export function siteVersion(facts: SiteFacts): string {
  const hash = createHash("sha256");
  for (const { path, text } of filesOf(facts, "")) hash.update(`${path}\0${text}\0`);
  return hash.digest("hex").slice(0, 16);
}

/**
 * What the site holds of the token of proofs: nginx compares hashes, so that its text is no secret. The token is 32 random bytes, and
 * for those MD5, the one hash that nginx has, is good enough: nobody can look for a text that it belongs to.
 */
export function probeHash(token: string): string {
  return createHash("md5").update(token).digest("base64url");
}

/** The same from what `md5sum` says of the token's file, so that the token need not leave its host. */
export function probeHashOfSum(md5sum: string): string {
  return Buffer.from(md5sum.slice(0, 32), "hex").toString("base64url");
}

function headOf(facts: SiteFacts, version: string): SiteHead {
  const tls = endsTls(facts) && facts.hasCertificate;
  const { http, https } = facts.places.ports;
  return {
    format: 1,
    version,
    scheme: tls ? "https" : "http",
    port: tls ? https : http,
    name: facts.domains?.canonical ?? "localhost",
  };
}

function filesOf(facts: SiteFacts, version: string): readonly SiteFile[] {
  const v = variablesOf(facts.layout.id);
  return [
    headersFile(facts),
    forwardFile(facts, v),
    upstreamsFile(facts),
    ...readyFile(facts),
    {
      path: facts.layout.nginxSite,
      text: fileText(
        [
          `# The site of ${facts.layout.id}; made by cozy setup, which replaces what is changed here.`,
          headLine(headOf(facts, version)),
        ],
        [`include ${upstreamsPath(facts)};`],
        ...variableMaps(facts, v),
        headerMaps(facts),
        logFormats(facts, v),
        ...siteServers(facts, v, version),
      ),
    },
  ];
}

import { join } from "node:path";
import { serverLayout, type ServerLayout } from "../../../hosts/server-layout.ts";
import { debianPlaces, type SiteFacts } from "../site-facts.ts";

/** A site with everything usual, as cases change it. */
export function usualFacts(overrides: Partial<SiteFacts> = {}): SiteFacts {
  return {
    layout: serverLayout("cozywish", "production"),
    domains: {
      canonical: "cozywish.com",
      redirects: ["www.cozywish.com"],
      certificate: {
        kind: "acme",
        email: "team@cozywish.com",
        directory: undefined,
        directoryRoot: undefined,
      },
    },
    access: undefined,
    http: {
      maxBodyBytes: 10_485_760,
      answerMs: 60_000,
      rate: undefined,
      contentSecurityPolicy: undefined,
      hsts: { maxAgeMs: 730 * 86_400_000, includeSubDomains: true },
      noindex: false,
    },
    balancer: undefined,
    staticUrl: "/static/",
    mediaUrl: "/media/",
    probeHash: "XUFAKrxLKna5cZ2REBfFkg",
    hasCertificate: true,
    challenge: { kind: "here" },
    versions: { nginx: "1.22.1", openssl: "3.0.17" },
    ipv6: true,
    places: debianPlaces,
    ...overrides,
  };
}

/** The same site with all of its names below a folder, as a test without root's rights can have it. */
export function factsIn(folder: string, overrides: Partial<SiteFacts> = {}): SiteFacts {
  const facts = usualFacts(overrides);
  return {
    ...facts,
    layout: layoutIn(folder, facts.layout),
    places: {
      ...facts.places,
      config: join(folder, "cozy"),
      catchAll: join(folder, "catch-all.conf"),
      acme: join(folder, "acme"),
      leaving: join(folder, "leaving"),
      ...overrides.places,
    },
  };
}

function layoutIn(folder: string, layout: ServerLayout): ServerLayout {
  const root = join(folder, "environment");
  const below = (path: string) => path.replace(layout.paths.root, root);
  const { id, ...paths } = layout.paths;
  return {
    ...layout,
    paths: {
      id,
      // oxlint-disable-next-line no-unsafe-type-assertion -- the same names, with other values
      ...(Object.fromEntries(
        Object.entries(paths).map(([name, path]) => [name, below(path)]),
      ) as typeof paths),
      logs: join(root, "logs"),
    },
    run: join(folder, "run"),
    nginxSite: join(folder, "site.conf"),
    certificates: join(folder, "certificates"),
    maintenance: below(layout.maintenance),
  };
}

import { catchAllFile, catchAllFolder } from "../routing/nginx/catch-all.ts";
import { passwordLine } from "../routing/nginx/password-hash.ts";
import { siteFiles } from "../routing/nginx/site.ts";
import { debianPlaces, passwordFile, type SiteFacts } from "../routing/nginx/site-facts.ts";
import type { HostFacts } from "./host-facts.ts";
import { rootsFile, type SetupItem } from "./item.ts";
import { layoutOf, readyPath, type SetupRequest } from "./setup-request.ts";

/** The site last: it includes what is laid before. */
export function nginxItems(request: SetupRequest, facts: HostFacts): SetupItem[] {
  const site = siteFacts(request, facts);
  const { nginxSite, id } = site.layout;
  const { path, text } = catchAllFile(site);
  return [
    { kind: "directory", path: catchAllFolder(debianPlaces), owner: "root", group: "root", mode: "755" },
    { kind: "absent", path: "/etc/nginx/sites-enabled/default", readBy: "nginx" },
    rootsFile(path, text, "nginx"),
    passwordItem(request, site),
    ...siteFiles(site).map((one) => rootsFile(one.path, one.text, "nginx")),
    ...(request.target.balancer === undefined ? [gone(readyPath(site.layout))] : []),
    { kind: "link", path: `/etc/nginx/sites-enabled/${id}.conf`, to: nginxSite, readBy: "nginx" },
  ];
}

function passwordItem({ environment, sitePassword }: SetupRequest, site: SiteFacts): SetupItem {
  const { user } = environment.access?.password ?? {};
  const path = passwordFile(site);
  if (user === undefined || sitePassword === undefined) return gone(path);
  const line = passwordLine(site.layout.id, user, sitePassword);
  return { ...rootsFile(path, line, "nginx", "640"), group: "www-data", isSecret: true };
}

/** What an earlier project file asked for. */
function gone(path: string): SetupItem {
  return { kind: "absent", path, readBy: "nginx" };
}

export function siteFacts(request: SetupRequest, { versions, ipv6, probeHash, chain }: HostFacts): SiteFacts {
  const { project, environment, target, challenge } = request;
  return {
    layout: layoutOf(request),
    domains: environment.domains,
    access: environment.access,
    http: environment.http,
    balancer: target.balancer,
    staticUrl: project.app.static?.url,
    mediaUrl: environment.media?.url,
    probeHash,
    hasCertificate: chain !== undefined,
    challenge,
    versions,
    ipv6,
    places: debianPlaces,
  };
}

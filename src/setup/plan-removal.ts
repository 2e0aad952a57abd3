import { basename, dirname, join } from "node:path";
import { rootFiles } from "../instances/systemd/root-files.ts";
import { onceDropIn, sealedDropIn } from "../instances/systemd/unit-names.ts";
import { siteFiles } from "../routing/nginx/site.ts";
import { siteFolder } from "../routing/nginx/site-facts.ts";
import { nominalFacts } from "./host-facts.ts";
import type { SetupItem } from "./item.ts";
import { sharingGone } from "./certificate-sharing.ts";
import { siteFacts } from "./nginx-items.ts";
import {
  certificateProgram,
  directoryRootFile,
  layoutOf,
  portsFile,
  readyPath,
  type SetupRequest,
} from "./setup-request.ts";

/**
 * Takes an environment away from a host: what runs, then root's own files of it. What hosts have once stays for the other environments,
 * and so does the environment's data unless it is said that it goes; then it is packed away first. Pure.
 */
export function planRemoval(
  request: SetupRequest,
  options: { readonly data: boolean },
): readonly SetupItem[] {
  const { project, environment, target } = request;
  const layout = layoutOf(request);
  const { id, paths, socketGroup } = layout;
  const site = siteFacts(request, nominalFacts);
  const own = rootFiles({ layout, app: project.app, environment, user: target.user }).filter(
    ({ shared }) => !shared,
  );
  const gone = (
    path: string,
    readBy: "nothing" | "systemd" | "nginx" | "firewall" = "nothing",
  ): SetupItem => ({
    kind: "absent",
    path,
    readBy,
  });
  return [
    // From here on root's program starts nothing of it any more.
    gone(layout.setUp),
    { kind: "ended", id },
    gone(`/etc/nginx/sites-enabled/${id}.conf`, "nginx"),
    ...siteFiles(site).map(({ path }) => gone(path, "nginx")),
    gone(readyPath(layout), "nginx"),
    gone(siteFolder(site), "nginx"),
    ...own.map(({ path }) => gone(path, path.startsWith("/etc/systemd/") ? "systemd" : "nothing")),
    { kind: "templates", id, keep: [] },
    gone(dirname(onceDropIn(id)), "systemd"),
    gone(dirname(sealedDropIn(id)), "systemd"),
    gone(layout.run),
    gone(layout.scratch),
    ...own.flatMap(({ path }) => (path.endsWith("@.service") ? [gone(runtimeFolder(path))] : [])),
    gone(portsFile(layout), "firewall"),
    ...sharingGone(layout),
    gone(certificateProgram(layout)),
    gone(directoryRootFile(layout)),
    { kind: "action", action: "systemd" },
    { kind: "action", action: "sudo" },
    { kind: "action", action: "nginx" },
    // The site that it is for is gone.
    gone(layout.certificates),
    ...(options.data
      ? [{ kind: "packed", id, root: paths.root, logs: paths.logs, groups: [id, socketGroup] } as const]
      : []),
    { kind: "firewall" },
  ];
}

/** What systemd has made for the instances of a template, `/run/cozy/<id>-<type>`, and leaves there empty. */
function runtimeFolder(template: string): string {
  return join("/run/cozy", basename(template, "@.service"));
}

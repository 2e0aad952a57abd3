import type { ServerLayout } from "../hosts/server-layout.ts";
import { knownName } from "../hosts/ssh/known-hosts.ts";
import { fetchProgram, pairProgram } from "../routing/nginx/fetch-certificate.ts";
import { asksAuthority } from "./certificate-needs.ts";
import { rootsFile, type SetupItem } from "./item.ts";
import { certificateProgram, layoutOf, type SetupRequest } from "./setup-request.ts";
import { fetchService, fetchTimer } from "./texts/fetch-units.ts";

/*
 * certbot renews the certificate on the first host, when nobody is there. The others fetch it from there twice a day, over SSH: each has
 * a key of its own, which lets it run one program on the first host as a user that may do nothing else.
 */

/** What a host does for the certificate of an environment that an authority gives. Pure. */
export type SharingRole = "gives" | "fetches" | "none";

export function sharingRole(request: SetupRequest): SharingRole {
  if (!asksAuthority(request) || request.target.hosts.length < 2) return "none";
  return request.challenge.kind === "here" ? "gives" : "fetches";
}

/** What has to be there before the hosts are asked for their keys. Pure. */
export function sharingBase(request: SetupRequest): SetupItem[] {
  const { user, readers, key } = namesOf(layoutOf(request));
  switch (sharingRole(request)) {
    case "gives":
      return [
        { kind: "group", name: user },
        { kind: "user", name: user, group: user, home: readers, shell: "/bin/sh" },
      ];
    case "fetches":
      return [{ kind: "ssh-key", path: key, comment: user }];
    case "none":
    default:
      return [];
  }
}

/** The rest, and the end of what an earlier project file asked for. `readers` are the public keys of those that fetch. Pure. */
export function sharingItems(request: SetupRequest, readers: readonly string[]): SetupItem[] {
  const role = sharingRole(request);
  const layout = layoutOf(request);
  return [
    ...(role === "gives" ? givingItems(layout, readers) : givingGone(layout)),
    ...(role === "fetches" ? fetchingItems(request) : fetchingGone(layout)),
  ];
}

/** Pure. */
export function sharingGone(layout: ServerLayout): SetupItem[] {
  return [...givingGone(layout), ...fetchingGone(layout)];
}

/** What is to be on and running for it. */
export function sharingServices(request: SetupRequest): string[] {
  return sharingRole(request) === "fetches" ? [namesOf(layoutOf(request)).timer] : [];
}

/** The public half of the key by which a host fetches it. */
export function readerFile(layout: Pick<ServerLayout, "certificates">): string {
  return `${layout.certificates}-reader.pub`;
}

function givingItems(layout: ServerLayout, readers: readonly string[]): SetupItem[] {
  const { user, authorized, pair, sudoers } = namesOf(layout);
  const lines = readers.map((key) => `restrict,command="/usr/bin/sudo -n ${pair}" ${key}\n`);
  return [
    rootsFile(pair, pairProgram(layout.certificates), "nothing", "755"),
    rootsFile(
      sudoers,
      `${head}Defaults!${pair} !requiretty, !lecture\n${user} ALL=(root) NOPASSWD: ${pair} ""\n`,
      "sudo",
      "440",
    ),
    // Root's own, in a folder of root's own: its user can't let anybody else in.
    rootsFile(authorized, `${head}${lines.join("")}`, "nothing"),
  ];
}

function givingGone(layout: ServerLayout): SetupItem[] {
  const { user, readers, pair, sudoers } = namesOf(layout);
  return [gone(readers), gone(sudoers, "sudo"), gone(pair), { kind: "no-user", name: user }];
}

function fetchingItems(request: SetupRequest): SetupItem[] {
  const layout = layoutOf(request);
  const { user, key, knownHosts, fetch, service, timer } = namesOf(layout);
  const [first] = request.target.hosts;
  if (first === undefined) return [];
  const { address, sshPort: port } = first;
  const from = { address, port, user, key, knownHosts };
  const text = fetchProgram(from, layout.certificates, certificateProgram(layout));
  return [
    rootsFile(knownHosts, request.firstHostKeys ?? "", "nothing"),
    rootsFile(fetch, text, "nothing", "755"),
    rootsFile(`/etc/systemd/system/${service}`, fetchService(layout.id, fetch), "systemd"),
    rootsFile(`/etc/systemd/system/${timer}`, fetchTimer(layout.id), "systemd"),
  ];
}

function fetchingGone(layout: ServerLayout): SetupItem[] {
  const { key, knownHosts, fetch, service, timer } = namesOf(layout);
  return [
    { kind: "no-service", name: timer },
    ...[service, timer].map((unit) => gone(`/etc/systemd/system/${unit}`, "systemd")),
    ...[fetch, knownHosts, key, `${key}.pub`].map((path) => gone(path)),
  ];
}

function gone(path: string, readBy: "nothing" | "sudo" | "systemd" = "nothing"): SetupItem {
  return { kind: "absent", path, readBy };
}

function namesOf({ id, certificates }: Pick<ServerLayout, "id" | "certificates">) {
  const readers = `${certificates}-readers`;
  return {
    user: `${id}-tls`,
    readers,
    authorized: `${readers}/.ssh/authorized_keys`,
    pair: `/usr/lib/cozy/certificate-${id}-pair`,
    sudoers: `/etc/sudoers.d/cozy-${id}-tls`,
    key: `${certificates}-reader`,
    knownHosts: `${certificates}-first.hosts`,
    fetch: `/usr/lib/cozy/certificate-${id}-fetch`,
    service: `cozy-certificate-${id}.service`,
    timer: `cozy-certificate-${id}.timer`,
  };
}

const head = "# Made by cozy setup, which replaces it.\n";

/** The name that the first host's key is pinned under in the project. */
export function firstHostName({ target }: Pick<SetupRequest, "target">): string | undefined {
  const [first] = target.hosts;
  return first && knownName(first.address, first.sshPort);
}

import { serverLayout, type ServerLayout } from "../hosts/server-layout.ts";
import { proofTokenFile } from "../hosts/this-machine/places.ts";
import { rootFiles, type RootFile } from "../instances/systemd/root-files.ts";
import type { Environment, Project } from "../project/project.ts";
import type { ServersTarget } from "../project/servers.ts";
import { catchAllFile, catchAllFolder } from "../routing/nginx/catch-all.ts";
import { certificateState } from "../routing/nginx/certificate-state.ts";
import { installProgram } from "../routing/nginx/certbot.ts";
import { passwordLine } from "../routing/nginx/password-hash.ts";
import { siteFiles } from "../routing/nginx/site.ts";
import {
  certificateNames,
  debianPlaces,
  endsTls,
  passwordFile,
  type Challenge,
  type SiteFacts,
} from "../routing/nginx/site-facts.ts";
import type { Secret } from "../secrets/secret.ts";
import type { HostFacts } from "./host-facts.ts";
import type { FileItem, SetupAction, SetupItem } from "./item.ts";
import { firewallFolder, firewallText, firewallUnit, portsText } from "./texts/firewall.ts";
import { fail2banText, kernelSettings, kernelText, sshdText, upgradesText } from "./texts/host-files.ts";
import { localRedis, redisConfig, redisUnit } from "./texts/redis.ts";

export interface SetupRequest {
  readonly project: Project;
  readonly environment: Environment;
  readonly target: ServersTarget;
  /** Lines of public keys that may deploy, beside those that may set up. */
  readonly deployKeys: readonly string[];
  /** What visitors are asked for; absent where the environment asks for none. */
  readonly sitePassword: Secret | undefined;
  /** Who answers the certificate authority, seen from this host. */
  readonly challenge: Challenge;
  /** Of the authority's own TLS, for one in a lab. */
  readonly directoryRoot: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What comes first: after it the host tells more of itself. Pure. */
export function planBase(request: SetupRequest, facts: HostFacts): readonly SetupItem[] {
  const layout = layoutOf(request);
  const { id, paths, socketGroup, machine } = layout;
  const { user } = request.target;
  const login = { kind: "user", name: user, group: user, home: machine.home, shell: "/bin/sh" } as const;
  const application = {
    kind: "user",
    name: id,
    group: id,
    home: "/nonexistent",
    shell: "/usr/sbin/nologin",
  } as const;
  return [
    { kind: "packages", names: packages(request) },
    ...[user, id, socketGroup].map((name) => ({ kind: "group", name }) as const),
    login,
    application,
    ...memberships(layout, user).map(([member, group]) => ({ kind: "member", user: member, group }) as const),
    ...folders(layout, user),
    {
      kind: "lines",
      path: `${machine.home}/.ssh/authorized_keys`,
      user,
      lines: [...new Set([...request.deployKeys, ...facts.keys])],
    },
    { kind: "token", path: proofTokenFile(paths), user },
  ];
}

/** All that is left, by what the host has told after that. Pure. */
export function planRest(request: SetupRequest, facts: HostFacts): readonly SetupItem[] {
  const redis = localRedis(request.environment);
  return [
    ...hostFiles(facts),
    ...environmentFiles(request),
    ...nginxItems(request, facts),
    ...redis.flatMap((one) => {
      const config = redisConfig(one);
      return config === undefined
        ? []
        : [{ ...file(config.path, config.text, "redis", "640"), group: "redis" }];
    }),
    ...Object.entries(kernelSettings).map(([name, value]) => ({ kind: "kernel", name, value }) as const),
    ...actions.map((action) => ({ kind: "action", action }) as const),
    ...services(request).map((name) => ({ kind: "service", name }) as const),
    ...redis.map((one) => ({ kind: "service", name: redisUnit(one) }) as const),
    { kind: "firewall" },
  ];
}

/** In the order that things need each other in. */
const actions = ["systemd", "tmpfiles", "journald", "sudo", "sshd", "nginx", "fail2ban", "redis"] as const;

function packages(request: SetupRequest): string[] {
  return [
    "ca-certificates",
    "cron|systemd-cron",
    "fail2ban",
    "logrotate",
    "nftables",
    "nginx|nginx-light|nginx-full|nginx-extras|nginx-core",
    "openssl",
    "python3-systemd", // fail2ban reads the journal by it
    "rsync",
    "sudo",
    "systemd-timesyncd|chrony|ntpsec|ntp",
    "unattended-upgrades",
    ...(asksAuthority(request) ? ["certbot"] : []),
    ...(localRedis(request.environment).length > 0 ? ["redis-server"] : []),
  ];
}

function services(request: SetupRequest): string[] {
  return [
    "ssh.service",
    "nginx.service",
    "fail2ban.service",
    "cozy-firewall.service",
    "apt-daily.timer",
    "apt-daily-upgrade.timer",
    "logrotate.timer",
    ...(asksAuthority(request) ? ["certbot.timer"] : []),
  ];
}

function memberships(
  { id, socketGroup }: ServerLayout,
  user: string,
): readonly (readonly [string, string])[] {
  return [
    [user, "systemd-journal"],
    [user, id],
    [user, socketGroup],
    [id, socketGroup],
    ["www-data", socketGroup],
  ];
}

function folders({ id, paths, machine, socketGroup, instances }: ServerLayout, user: string): SetupItem[] {
  const folder = (path: string, mode: string, owner = user, group = user): SetupItem => ({
    kind: "directory",
    path,
    owner,
    group,
    mode,
  });
  return [
    folder(machine.home, "755"),
    ...[machine.artifacts, machine.trees, machine.runtimes, machine.agents].map((path) =>
      folder(path, "755"),
    ),
    folder(`${machine.home}/environments`, "755"),
    folder(paths.root, "751", user, id),
    folder(paths.releases, "2750", user, id),
    folder(instances, "2750", user, id),
    folder(paths.database, "2770", id, id),
    folder(paths.persist, "2770", id, id),
    folder(paths.media, "2770", id, socketGroup),
    folder(paths.static, "755"),
    folder(paths.logs, "2750", user, socketGroup),
    folder(paths.run, "2750", user, socketGroup),
    folder(paths.schedules, "2770", id, id),
    folder(paths.backups, "2770", id, id),
    folder(paths.evidence, "2770", id, id),
    ...[paths.journals, paths.lease, paths.supervisor, paths.canaries, paths.questions].map((path) =>
      folder(path, "700"),
    ),
    folder(debianPlaces.acme, "755", "root", "root"),
  ];
}

/** What the host has once, whatever runs on it. */
function hostFiles(facts: HostFacts): SetupItem[] {
  return [
    file("/etc/ssh/sshd_config.d/10-cozy.conf", sshdText(facts.permitRootLogin), "sshd"),
    file("/etc/fail2ban/jail.d/cozy.conf", fail2banText(facts.sshPorts), "fail2ban"),
    file("/etc/apt/apt.conf.d/52cozy", upgradesText(), "nothing"),
    file("/etc/sysctl.d/60-cozy.conf", kernelText(), "nothing"),
    file(`${firewallFolder}/rules.nft`, firewallText(), "firewall"),
    // Apart from the environments' own, so that it stays when the last of them goes.
    file(`${firewallFolder}/ports/ssh.nft`, portsText(facts.sshPorts), "firewall"),
    file("/etc/systemd/system/cozy-firewall.service", firewallUnit(), "systemd"),
  ];
}

function environmentFiles(request: SetupRequest): SetupItem[] {
  const { project, environment, target } = request;
  const layout = layoutOf(request);
  const site = endsTls({ domains: environment.domains, balancer: target.balancer }) ? [80, 443] : [80];
  const ports = portsText([...site, ...target.openPorts]);
  return [
    ...rootFiles({ layout, app: project.app, environment, user: target.user }).map(rootFileItem),
    file(portsFile(layout), ports, "firewall"),
    ...(request.directoryRoot === undefined
      ? []
      : [file(directoryRootFile(layout), request.directoryRoot, "nothing")]),
    file(certificateProgram(layout), installProgram({ certificates: layout.certificates }), "nothing", "755"),
  ];
}

function rootFileItem({ path, text, mode }: RootFile): FileItem {
  const readBy: SetupAction = path.startsWith("/etc/systemd/system/")
    ? "systemd"
    : path.startsWith("/etc/tmpfiles.d/")
      ? "tmpfiles"
      : path.startsWith("/etc/systemd/journald")
        ? "journald"
        : path.startsWith("/etc/sudoers.d/")
          ? "sudo"
          : "nothing";
  return file(path, text, readBy, mode.toString(8));
}

/** The site last: it includes what is laid before. */
function nginxItems(request: SetupRequest, facts: HostFacts): SetupItem[] {
  const site = siteFacts(request, facts);
  const { nginxSite, id } = site.layout;
  const password = request.environment.access?.password;
  const { path, text } = catchAllFile(site);
  return [
    { kind: "directory", path: catchAllFolder(debianPlaces), owner: "root", group: "root", mode: "755" },
    { kind: "absent", path: "/etc/nginx/sites-enabled/default", readBy: "nginx" },
    file(path, text, "nginx"),
    ...(password === undefined || request.sitePassword === undefined
      ? []
      : [
          {
            ...file(
              passwordFile(site),
              passwordLine(id, password.user, request.sitePassword),
              "nginx",
              "640",
            ),
            group: "www-data",
            isSecret: true,
          },
        ]),
    ...siteFiles(site).map((one) => file(one.path, one.text, "nginx")),
    { kind: "link", path: `/etc/nginx/sites-enabled/${id}.conf`, to: nginxSite, readBy: "nginx" },
  ];
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

/** Whether the site ends TLS and has no certificate that does for it. Pure. */
export function wantsCertificate({ environment, target, now }: SetupRequest, { chain }: HostFacts): boolean {
  const { domains } = environment;
  if (domains === undefined || !endsTls({ domains, balancer: target.balancer })) return false;
  if (chain === undefined) return true;
  const state = certificateState(chain, certificateNames(domains), now);
  return state.missingNames.length > 0 || state.expiry === "expired" || state.expiry === "urgent";
}

/** Whether a certificate authority gives the certificate, and certbot asks it. Pure. */
export function asksAuthority({ environment: { domains }, target: { balancer } }: SetupRequest): boolean {
  return domains?.certificate.kind === "acme" && endsTls({ domains, balancer });
}

export function portsFile({ id }: Pick<ServerLayout, "id">): string {
  return `${firewallFolder}/ports/${id}.nft`;
}

export function certificateProgram({ id }: Pick<ServerLayout, "id">): string {
  return `/usr/lib/cozy/certificate-${id}`;
}

export function directoryRootFile({ id }: Pick<ServerLayout, "id">): string {
  return `/etc/cozy/certificates/${id}-directory.pem`;
}

export function layoutOf({
  project,
  environment,
}: Pick<SetupRequest, "project" | "environment">): ServerLayout {
  return serverLayout(project.name, environment.name);
}

function file(path: string, text: string, readBy: SetupAction, mode = "644"): FileItem {
  return { kind: "file", path, text, owner: "root", group: "root", mode, isSecret: false, readBy };
}

import { dirname } from "node:path";
import { proofTokenFile } from "../hosts/this-machine/places.ts";
import type { ServerLayout } from "../hosts/server-layout.ts";
import type { App } from "../project/project.ts";
import { rootFiles, type RootFile } from "../instances/systemd/root-files.ts";
import { installProgram } from "../routing/nginx/certbot.ts";
import { schedulesType } from "../release/instance-types.ts";
import { reloadPath, reloadProgram } from "../routing/nginx/reload.ts";
import { debianPlaces, endsTls } from "../routing/nginx/site-facts.ts";
import { asksAuthority } from "./certificate-needs.ts";
import { sharingBase, sharingItems, sharingServices } from "./certificate-sharing.ts";
import type { HostFacts } from "./host-facts.ts";
import { closedText } from "./listeners.ts";
import { rootsFile, type FileItem, type SetupAction, type SetupItem } from "./item.ts";
import { nginxItems } from "./nginx-items.ts";
import {
  certificateProgram,
  directoryRootFile,
  layoutOf,
  portsFile,
  type SetupRequest,
} from "./setup-request.ts";
import { firewallFolder, firewallText, firewallUnit, nftablesDropIn, portsText } from "./texts/firewall.ts";
import {
  fail2banText,
  kernelSettings,
  kernelText,
  logrotateDropIn,
  sshdFile,
  sshdText,
  upgradesText,
} from "./texts/host-files.ts";
import { localRedis, redisConfig, redisUnit } from "./texts/redis.ts";

/** What comes first: after it the host tells more of itself. Pure. */
export function planBase(request: SetupRequest, facts: HostFacts): readonly SetupItem[] {
  const layout = layoutOf(request);
  const { id, paths, socketGroup } = layout;
  const { user } = request.target;
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
    login(layout, user),
    application,
    ...memberships(layout, user).map(([member, group]) => ({ kind: "member", user: member, group }) as const),
    ...machineFolders(layout, user),
    ...folders(layout, user),
    whoLogsIn(layout, request, facts),
    { kind: "token", path: proofTokenFile(paths), user },
    { kind: "directory", path: dirname(layout.certificates), owner: "root", group: "root", mode: "755" },
    ...sharingBase(request),
  ];
}

/** What a server needs that builds, and serves nothing: whoever deploys, cozy's folders, and programs that builds start. Pure. */
export function planBuilder(request: SetupRequest, facts: HostFacts): readonly SetupItem[] {
  const layout = layoutOf(request);
  const { user } = request.target;
  return [
    { kind: "packages", names: builderPackages(request.project.app) },
    { kind: "group", name: user },
    login(layout, user),
    ...machineFolders(layout, user),
    whoLogsIn(layout, request, facts),
  ];
}

/** All that is left, by what the host has told after that, and others of the keys that they fetch the certificate by. Pure. */
export function planRest(
  request: SetupRequest,
  facts: HostFacts,
  readers: readonly string[] = [],
): readonly SetupItem[] {
  const redis = localRedis(request.environment);
  return [
    ...hostFiles(facts),
    ...environmentFiles(request),
    ...formerTypes(request, facts),
    ...sharingItems(request, readers),
    ...nginxItems(request, facts),
    ...redis.flatMap((one) => {
      const config = redisConfig(one);
      return config === undefined
        ? []
        : [{ ...rootsFile(config.path, config.text, "redis", "640"), group: "redis" }];
    }),
    ...Object.entries(kernelSettings).map(([name, value]) => ({ kind: "kernel", name, value }) as const),
    ...actions.map((action) => ({ kind: "action", action }) as const),
    ...services(request).map((name) => ({ kind: "service", name }) as const),
    ...redis.map((one) => ({ kind: "service", name: redisUnit(one) }) as const),
    { kind: "firewall", ...closing(request, facts) },
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
    // `cozy db` opens its psql there, and a deploy asks by it how many connections are left.
    ...(request.environment.database?.kind === "postgres" ? ["postgresql-client"] : []),
    ...(localRedis(request.environment).length > 0 ? ["redis-server"] : []),
  ];
}

/** Dependencies with native code are compiled where nobody has published them compiled; npm does that by Python. */
function builderPackages({ stack }: Pick<App, "stack">): string[] {
  const python = stack === "django" ? ["python3-dev", "python3-venv"] : [];
  return ["ca-certificates", "g++", "libpam-systemd", "make", "python3", ...python, "rsync"];
}

function login({ machine }: ServerLayout, user: string): SetupItem {
  return { kind: "user", name: user, group: user, home: machine.home, shell: "/bin/sh" };
}

function whoLogsIn(
  { machine }: ServerLayout,
  { target, deployKeys }: SetupRequest,
  facts: HostFacts,
): SetupItem {
  const lines = [...new Set([...deployKeys, ...facts.keys])];
  return { kind: "lines", path: `${machine.home}/.ssh/authorized_keys`, user: target.user, lines };
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
    "systemd-timesyncd.service|chrony.service|ntpsec.service",
    ...(asksAuthority(request) ? ["certbot.timer"] : []),
    ...sharingServices(request),
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

/** Those that are on a server once. */
function machineFolders({ machine }: ServerLayout, user: string): SetupItem[] {
  const { home, artifacts, trees, runtimes, agents } = machine;
  return [home, artifacts, trees, runtimes, agents].map((path) => ({
    kind: "directory",
    path,
    owner: user,
    group: user,
    mode: "755",
  }));
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
    folder(`${machine.home}/environments`, "755"),
    folder(paths.root, "751", user, id),
    folder(paths.releases, "2750", user, id),
    folder(instances, "2750", user, id),
    folder(paths.database, "2770", id, id),
    folder(paths.persist, "2770", id, id),
    folder(paths.media, "2770", id, socketGroup),
    folder(paths.static, "755"),
    folder(paths.logs, "2750", "root", socketGroup),
    folder(paths.run, "2750", user, socketGroup),
    folder(paths.schedules, "2770", id, id),
    folder(paths.backups, "2770", id, id),
    folder(paths.evidence, "2770", id, id),
    folder(paths.scratch, "2750", user, id),
    ...[paths.journals, paths.lease, paths.supervisor, paths.canaries, paths.questions].map((path) =>
      folder(path, "700"),
    ),
    folder(debianPlaces.acme, "755", "root", "root"),
  ];
}

/** What the host has once, whatever runs on it. */
function hostFiles(facts: HostFacts): SetupItem[] {
  return [
    rootsFile(sshdFile, sshdText(facts.permitRootLogin), "sshd"),
    rootsFile("/etc/fail2ban/jail.d/cozy.conf", fail2banText(facts.sshPorts), "fail2ban"),
    rootsFile("/etc/apt/apt.conf.d/52cozy", upgradesText(), "nothing"),
    rootsFile("/etc/sysctl.d/60-cozy.conf", kernelText(), "nothing"),
    rootsFile(`${firewallFolder}/rules.nft`, firewallText(), "firewall"),
    // Apart from the environments' own, so that it stays when the last of them goes.
    rootsFile(`${firewallFolder}/ports/ssh.nft`, portsText(facts.sshPorts), "firewall"),
    rootsFile("/etc/systemd/system/cozy-firewall.service", firewallUnit(), "systemd"),
    rootsFile("/etc/systemd/system/nftables.service.d/cozy.conf", nftablesDropIn(), "systemd"),
    rootsFile("/etc/systemd/system/logrotate.timer.d/cozy.conf", logrotateDropIn(), "systemd"),
    rootsFile(reloadPath, reloadProgram(), "nothing", "755"),
  ];
}

function environmentFiles(request: SetupRequest): SetupItem[] {
  const { project, environment, target } = request;
  const layout = layoutOf(request);
  const ports = portsText(openPorts(request));
  return [
    ...rootFiles({ layout, app: project.app, environment, user: target.user }).flatMap((file) =>
      // Between root's program, which does so from then on, and the units that need it.
      file.path === layout.control
        ? [rootFileItem(file), { kind: "credentials", id: layout.id, user: target.user } as const]
        : [rootFileItem(file)],
    ),
    rootsFile(portsFile(layout), ports, "firewall"),
    ...(request.directoryRoot === undefined
      ? []
      : [rootsFile(directoryRootFile(layout), request.directoryRoot, "nothing")]),
    rootsFile(
      certificateProgram(layout),
      installProgram({ certificates: layout.certificates }),
      "nothing",
      "755",
    ),
  ];
}

/** Those of the environment; sshd's are the host's. */
function openPorts({ environment, target }: SetupRequest): readonly number[] {
  const site = endsTls({ domains: environment.domains, balancer: target.balancer }) ? [80, 443] : [80];
  return [...site, ...target.openPorts];
}

function closing(request: SetupRequest, { listeners, sshPorts }: HostFacts) {
  const closes = closedText(listeners, [...openPorts(request), ...sshPorts]);
  return closes === undefined ? {} : { closes };
}

/** A release that is kept may be put into force again, and starts what it declared itself. */
function formerTypes(request: SetupRequest, { keptTypes }: HostFacts): SetupItem[] {
  if (keptTypes === undefined) return [];
  const { id } = layoutOf(request);
  const types = [...Object.keys(request.environment.processes), schedulesType, ...keptTypes];
  return [{ kind: "templates", id, keep: [...new Set(types)].map((type) => `${id}-${type}`) }];
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
  return rootsFile(path, text, readBy, mode.toString(8));
}

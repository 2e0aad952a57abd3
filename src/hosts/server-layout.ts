import { join } from "node:path";
import { environmentPaths, type EnvironmentPaths, type MachinePaths } from "./environment-paths.ts";

/**
 * How everything of cozy's is named on a server: one folder for what environments share, one for each environment, a user each, and
 * nothing else. Pure; what it names is made by `cozy setup`.
 */
export interface ServerLayout {
  /** `<project>-<environment>`: also the name of the application's user and its group. */
  readonly id: string;
  readonly machine: MachinePaths;
  readonly paths: EnvironmentPaths;
  /** `/run/<id>`, a link to the run folder, made at each boot: short enough for every socket. */
  readonly run: string;
  /** `/run/<id>.scratch`, the same for the environments that live for a rehearsal or a drill. */
  readonly scratch: string;
  /** The group of whoever opens the application's sockets and media: its own user, the deployer's and nginx's. */
  readonly socketGroup: string;
  /** A folder an instance, `<type>@<release>.<index>/`: what systemd starts it with, and the credential with its variables. */
  readonly instances: string;
  /** Root's own: the variables of each unit that is started, a file a unit, which systemd reads as root. */
  readonly credentials: string;
  /** Root's own: the program that sudo lets the deployer run. */
  readonly control: string;
  /** Where systemd has a link to each unit that it starts at boot. */
  readonly startedAtBoot: string;
  /** Root's own: what `cozy setup` did here, to compare with what the project file asks for now. */
  readonly setUp: string;
  readonly nginxSite: string;
  /** Certificate and key that the site is served with. */
  readonly certificates: string;
  /** A file that is there while the site is under maintenance. */
  readonly maintenance: string;
}

/** A user's name may be 32 bytes long, and the socket group has five more. */
export const longestServerId = 27;

const home = "/var/lib/cozy";
const logs = "/var/log/cozy";

export function serverMachinePaths(): MachinePaths {
  return {
    home,
    artifacts: join(home, "artifacts"),
    trees: join(home, "trees"),
    runtimes: join(home, "runtimes"),
    agents: join(home, "agents"),
  };
}

export function serverLayout(project: string, environment: string): ServerLayout {
  const machine = serverMachinePaths();
  const id = `${project}-${environment}`;
  // nginx opens them as root. In a folder that the deployer's user could swap for a link, it would write wherever that led.
  const paths = { ...environmentPaths(machine, project, environment), logs: join(logs, id) };
  return {
    id,
    machine,
    paths,
    run: `/run/${id}`,
    scratch: `/run/${id}.scratch`,
    socketGroup: `${id}-http`,
    instances: join(paths.root, "instances"),
    credentials: "/var/lib/cozy-credentials",
    control: "/usr/lib/cozy/control",
    startedAtBoot: "/etc/systemd/system/multi-user.target.wants",
    setUp: `/etc/cozy/${id}.json`,
    nginxSite: `/etc/nginx/sites-available/${id}.conf`,
    certificates: `/etc/cozy/certificates/${id}`,
    maintenance: join(paths.root, "maintenance"),
  };
}

/** The template unit of a process type: `cozywish-production-web@.service`. */
export function templateUnit(id: string, type: string): string {
  return `${id}-${type}@.service`;
}

/** The unit of an instance: `cozywish-production-web@20261128-120000-abcdef0.0.service`. */
export function instanceUnit(
  id: string,
  instance: { readonly release: string; readonly type: string; readonly index: number },
): string {
  return `${id}-${instance.type}@${instance.release}.${instance.index}.service`;
}

import { basename, dirname, join } from "node:path";

/**
 * Where everything of one environment lives on this machine. All of it is named `<project>-<environment>`, so that projects and
 * environments share a machine without touching each other. Pure: it only makes names.
 */
export interface EnvironmentPaths {
  /** `<project>-<environment>`. */
  readonly id: string;
  /** The environment's own folder. */
  readonly root: string;
  /** `releases/<release>/`: `release.json`, `environment.json` (mode 0600) and `app/`, the application's folder. */
  readonly releases: string;
  /** The symlink to the release in force. */
  readonly current: string;
  /** Folders that outlive releases (`persist`), linked into each. */
  readonly persist: string;
  readonly database: string;
  readonly media: string;
  /** Static files of every kept release, side by side. */
  readonly static: string;
  /** `<release>/<type>.<index>.log`, `access.log`, `proxy.log`, `supervisor.log`. */
  readonly logs: string;
  readonly journals: string;
  readonly lease: string;
  /** Values drawn once (`generated()`), mode 0600. */
  readonly generated: string;
  /** Counts that `cozy scale` has set. */
  readonly scale: string;
  /** `<schedule>/`: what its runs left as evidence and output. */
  readonly schedules: string;
  /** What the supervisor keeps: its desired state. */
  readonly supervisor: string;
  /** The store of backups where no other is declared: a folder a backup. */
  readonly backups: string;
  /** What promises were measured by: `<promise>.jsonl`. */
  readonly evidence: string;
  /** `<release>.json`: what was seen of each release that was watched. */
  readonly canaries: string;
  /** What waits for a person, and what they said. */
  readonly questions: string;
  /** Environments that live for a rehearsal or a drill: `<name>/` is the root of one. */
  readonly scratch: string;
  /** Sockets and route tables; see `run-folder.ts` for the short name that it is reached by. */
  readonly run: string;
}

export interface MachinePaths {
  /** cozy's folder on this machine: `COZY_HOME`, else `$XDG_DATA_HOME/cozy`, else `~/.local/share/cozy`. */
  readonly home: string;
  /** Artifacts by id, with `by-source/<key>` naming the artifact built from a source. */
  readonly artifacts: string;
  /** Dependency trees by hash. */
  readonly trees: string;
  /** Runtimes by hash. */
  readonly runtimes: string;
  /** Copies of the supervisor and the proxy, by hash, so that they outlive the package that brought them. */
  readonly agents: string;
}

export function machinePaths(
  env: Readonly<Record<string, string | undefined>>,
  homeFolder: string,
): MachinePaths {
  const home = env["COZY_HOME"] ?? join(env["XDG_DATA_HOME"] ?? join(homeFolder, ".local", "share"), "cozy");
  return {
    home,
    artifacts: join(home, "artifacts"),
    trees: join(home, "trees"),
    runtimes: join(home, "runtimes"),
    agents: join(home, "agents"),
  };
}

/** Where the environments of every project on this machine have their folders. */
export function environmentsFolder({ home }: MachinePaths): string {
  return join(home, "environments");
}

export function environmentPaths(
  machine: MachinePaths,
  project: string,
  environment: string,
): EnvironmentPaths {
  const id = `${project}-${environment}`;
  return pathsBelow(id, join(environmentsFolder(machine), id));
}

/** The environment that a placed release belongs to: for what runs by a release's folder alone. */
export function pathsOfRelease(releaseFolder: string): EnvironmentPaths {
  const root = dirname(dirname(releaseFolder));
  return pathsBelow(basename(root), root);
}

/** An environment of its own below `scratch`, whose database, folders and instances are none of production's. */
export function scratchPaths(paths: EnvironmentPaths, name: string): EnvironmentPaths {
  return pathsBelow(`${paths.id}-${name}`, join(paths.scratch, name));
}

function pathsBelow(id: string, root: string): EnvironmentPaths {
  return {
    id,
    root,
    releases: join(root, "releases"),
    current: join(root, "current"),
    persist: join(root, "persist"),
    database: join(root, "database"),
    media: join(root, "media"),
    static: join(root, "static"),
    logs: join(root, "logs"),
    journals: join(root, "journals"),
    lease: join(root, "lease"),
    generated: join(root, "generated.json"),
    scale: join(root, "scale.json"),
    schedules: join(root, "schedules"),
    supervisor: join(root, "supervisor"),
    backups: join(root, "backups"),
    evidence: join(root, "evidence"),
    canaries: join(root, "canaries"),
    questions: join(root, "questions"),
    scratch: join(root, "scratch"),
    run: join(root, "run"),
  };
}

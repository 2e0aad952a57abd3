import { loadProject } from "../project/load-project.ts";
import type { Project } from "../project/project.ts";
import { backupSchedules } from "../recovery/backup-schedules.ts";
import type { CommandContext } from "./command-context.ts";
import type { KnownNames } from "./completion-words.ts";

/** Names out of the project file and the releases that are kept here; the file is read at the first question, and once. */
export function completionNames(context: CommandContext): KnownNames {
  let loaded: Promise<Project> | undefined;
  const project = (): Promise<Project> =>
    (loaded ??= loadProject({
      from: context.cwd,
      configPath: context.configPath,
      env: context.env,
      homeFolder: context.homeFolder,
    }));
  return {
    environments: async () => Object.keys((await project()).environments),
    async releases(asked) {
      const { name, environments } = await project();
      const names = Object.keys(environments);
      const environment = asked ?? (names.length === 1 ? names[0] : undefined);
      if (environment === undefined) return [];
      const [{ environmentPaths, machinePaths }, { listReleases }] = await Promise.all([
        import("../hosts/environment-paths.ts"),
        import("../hosts/release-folder.ts"),
      ]);
      const paths = environmentPaths(machinePaths(context.env, context.homeFolder), name, environment);
      const releases = await listReleases(paths);
      return releases.map(({ id, commitSubject }) => ({ word: id, about: commitSubject }));
    },
    processTypes: async () => Object.keys((await project()).app.processes),
    async schedules() {
      const { app, environments } = await project();
      const backups = Object.values(environments).flatMap((one) => Object.keys(backupSchedules(one, "")));
      return [...new Set([...Object.keys(app.schedules), ...backups])];
    },
    async hosts(environment) {
      const { environments } = await project();
      const asked =
        environment === undefined
          ? Object.values(environments)
          : Object.values(environments).filter(({ name }) => name === environment);
      const names = asked.flatMap(({ target }) =>
        target.kind === "servers" ? target.hosts.map(({ name }) => name) : [],
      );
      return [...new Set(names)];
    },
    async labs() {
      const { labNames } = await import("../lab/lab-state.ts");
      return labNames();
    },
    async labHosts(lab) {
      const { labNames, readLab } = await import("../lab/lab-state.ts");
      const names = lab === undefined ? await labNames() : [lab];
      const labs = await Promise.all(names.map((name) => readLab(name)));
      return [...new Set(labs.flatMap((one) => one?.hosts.map(({ name }) => name) ?? []))];
    },
    async secrets(environment) {
      const { root, environments } = await project();
      if (environment === undefined || !Object.hasOwn(environments, environment)) return [];
      const { readSecrets } = await import("../secrets/age/secrets-store.ts");
      const secrets = await readSecrets({ root, environment, environments: Object.keys(environments) });
      return secrets.map(({ name }) => name);
    },
  };
}

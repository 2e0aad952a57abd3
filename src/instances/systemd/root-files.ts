import { join } from "node:path";
import { templateUnit, type ServerLayout } from "../../hosts/server-layout.ts";
import type { App, Environment } from "../../project/project.ts";
import type { ServersTarget } from "../../project/servers.ts";
import { schedulesType } from "../../release/instance-types.ts";
import { controlText } from "./control.ts";
import { journaldText, logrotateText, sudoersText, tmpfilesText } from "./server-texts.ts";
import { environmentSlice, onceDropIn, sealedDropIn } from "./unit-names.ts";
import { onceText, processUnit, sliceText } from "./unit.ts";

/** A file of root's own that `cozy setup` lays. */
export interface RootFile {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
  /** Whether every environment on the host has the same one, so that it stays when one of them is taken away. */
  readonly shared: boolean;
}

export interface RootFilesFacts {
  readonly layout: ServerLayout;
  readonly app: Pick<App, "runtime" | "persist">;
  readonly environment: Pick<Environment, "processes" | "database" | "media" | "backups">;
  readonly user: ServersTarget["user"];
}

/**
 * Everything that systemd, sudo and logrotate need of an environment. After a change of units systemd has to be told (`daemon-reload`),
 * after one of tmpfiles.d the link has to be made (`systemd-tmpfiles --create`). Pure.
 */
export function rootFiles(facts: RootFilesFacts): RootFile[] {
  const { layout, user } = facts;
  const { id, paths } = layout;
  const limits = facts.environment.processes["web"]?.limits ?? none;
  const own = (path: string, text: string, mode = 0o644): RootFile => ({ path, text, mode, shared: false });
  const shared = (path: string, text: string, mode: number): RootFile => ({ path, text, mode, shared: true });
  const units = Object.entries(unitTexts(facts)).map(([name, text]) => own(unitPath(name), text));
  return [
    shared(layout.control, controlText(), 0o755),
    shared(`/etc/sudoers.d/cozy-${user}`, sudoersText(user, layout.control), 0o440),
    shared("/etc/systemd/journald.conf.d/cozy.conf", journaldText(), 0o644),
    ...units,
    own(unitPath(environmentSlice(id)), sliceText(layout)),
    own(onceDropIn(id), onceText({ ...once(facts), limits })),
    own(sealedDropIn(id), onceText({ ...once(facts), writable: [paths.scratch], sealed: true, limits })),
    own(`/etc/tmpfiles.d/${id}.conf`, tmpfilesText(layout)),
    own(`/etc/logrotate.d/${id}`, logrotateText(layout)),
  ];
}

const none = { memoryBytes: undefined, openFiles: undefined };

/** By unit name. The schedules have one whether or not there are any, so that adding the first needs no set-up. */
function unitTexts({ layout, app, environment }: RootFilesFacts): Record<string, string> {
  const writable = writableFolders({ layout, app, environment });
  const own = Object.entries(environment.processes).map(([type, how]) => {
    // The relay before an application that only knows ports runs on Node.
    const executableMemory = app.runtime.engine === "node" || how.listen === "port";
    const unit = processUnit({ layout, type, how, writable, executableMemory, ends: "together" });
    return [templateUnit(layout.id, type), unit] as const;
  });
  const watcher = processUnit({
    layout,
    type: schedulesType,
    how: { stopSignal: "SIGTERM", stopTimeoutMs: 10_000, limits: none },
    writable: watcherFolders({ layout, app, environment }),
    executableMemory: true,
    ends: "alone", // a run that goes on while releases change is not to be ended by that
  });
  return Object.fromEntries([...own, [templateUnit(layout.id, schedulesType), watcher]]);
}

function once({ layout, app, environment }: RootFilesFacts) {
  // A hook may be a program of any kind, and a run of a schedule by hand writes what the watcher of them does.
  return { layout, writable: watcherFolders({ layout, app, environment }), executableMemory: true };
}

function writableFolders({ layout: { paths }, app, environment }: Omit<RootFilesFacts, "user">): string[] {
  return [
    ...(environment.database?.kind === "sqlite" ? [paths.database] : []),
    ...(environment.media === undefined ? [] : [paths.media]),
    ...(app.persist.length === 0 ? [] : [paths.persist]),
  ];
}

function watcherFolders(facts: Omit<RootFilesFacts, "user">): string[] {
  return [...writableFolders(facts), facts.layout.paths.schedules, ...backupFolders(facts)];
}

function backupFolders({
  layout: { paths },
  environment,
}: Pick<RootFilesFacts, "layout" | "environment">): string[] {
  const { backups } = environment;
  if (backups === undefined) return [];
  const stores = [backups.store, backups.weekly?.store].flatMap((store) => store?.path ?? []);
  return [paths.backups, paths.evidence, ...stores];
}

function unitPath(name: string): string {
  return join("/etc/systemd/system", name);
}

import { relative } from "node:path";
import { messageOf } from "../errors/cozy-error.ts";
import { Changes } from "./changes.ts";
import { note, warn } from "./dev-log.ts";
import type { DevProcess } from "./dev-process.ts";
import { gitIgnored } from "./git-ignored.ts";
import { ignoring } from "./ignored.ts";
import type { Development } from "./run-development.ts";
import { type TreeWatcher, watchTree } from "./watch-tree.ts";

export interface WatchCode extends Development {
  readonly processes: readonly DevProcess[];
  /** Aborted when everything is to end. */
  readonly signal: AbortSignal;
}

const quietMs = 80;

/** Starts processes anew when the code or `.env` changes, and those that have ended. */
export function watchCode(options: WatchCode): void {
  const { place, log, signal } = options;
  const isIgnored = ignoring([...place.app.persist, ...(place.app.static ? [place.app.static.folder] : [])]);
  let turn: Promise<void> = Promise.resolve();
  const changes = new Changes({
    quietMs,
    now: Date.now,
    onRestless: (path) =>
      warn(log, `${path} changes at every start, so it is left out for now; add it to`, ".gitignore"),
    onChanges: (paths) => {
      turn = turn
        .then(() => heed(paths, options))
        .catch((error: unknown) => warn(log, `a change could not be heeded: ${messageOf(error)}`));
    },
  });
  let watcher: TreeWatcher | undefined;
  try {
    watcher = watchTree({
      folder: place.folder,
      platform: place.platform,
      isIgnored,
      onChange: (path) => changes.add(path),
      onFault: (message) =>
        warn(
          log,
          `not every change is seen (${message}); on Linux`,
          "sysctl fs.inotify.max_user_watches=524288",
        ),
    });
  } catch (error) {
    warn(log, `changes are not seen: ${messageOf(error)}`);
  }
  signal.addEventListener("abort", () => {
    changes.close();
    watcher?.close();
  });
}

async function heed(paths: readonly string[], options: WatchCode): Promise<void> {
  const { place, log, processes, signal } = options;
  const ignored = await gitIgnored(place.folder, paths, place.env);
  const settings = paths.includes(".env");
  const code = paths.filter((path) => path !== ".env" && !ignored.has(path));
  const config = relative(place.folder, place.configPath);
  if (code.includes(config))
    note(log, `${config} changed; end this and start it again to run by it`, "cozy dev");
  const files = [...(settings ? [".env"] : []), ...code.filter((path) => path !== config)];
  if (files.length === 0 || signal.aborted) return;
  const env = await options.readEnvironment();
  const concerned = processes.filter(
    (process) => settings || !process.isUp || process.planned.reload === "cozy",
  );
  if (concerned.length === 0) return;
  const types = concerned.map(({ planned }) => planned.type);
  const [first = "", ...others] = files;
  const what = others.length === 0 ? first : `${first} and ${others.length} more`;
  log.tell({ type: "changed", files, restarted: types }, `${what} changed: ${types.join(", ")}`);
  await Promise.all(
    concerned.map(async (process) => {
      await process.start(env).catch((error: unknown) => {
        warn(log, `${process.planned.type} could not be started: ${messageOf(error)}`);
      });
    }),
  );
}

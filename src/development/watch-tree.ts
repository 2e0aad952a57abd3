import { type FSWatcher, watch } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { messageOf } from "../shared/thrown.ts";
import { type Platform, pathsOf } from "./platform.ts";

export interface WatchTree {
  readonly folder: string;
  readonly platform: Platform;
  /** Of a path relative to the folder. */
  readonly isIgnored: (path: string) => boolean;
  /** A file changed, came or went; the path is relative to the folder. */
  readonly onChange: (path: string) => void;
  /** Changes, or some of them, can't be seen. */
  readonly onFault: (message: string) => void;
}

/** Tells every change of a file under a folder until it is closed. */
export interface TreeWatcher {
  /** When everything that is there is watched. */
  readonly ready: Promise<void>;
  close(): void;
}

/**
 * Linux watches one folder at a time: Node's own recursive watch would open one for every file of `node_modules` too, so the folders
 * that hold source are watched one by one. macOS and Windows watch a whole tree.
 */
export function watchTree(options: WatchTree): TreeWatcher {
  return options.platform === "linux" ? eachFolder(options) : wholeTree(options);
}

function wholeTree({ folder, isIgnored, onChange, onFault }: WatchTree): TreeWatcher {
  const watcher = watch(folder, { recursive: true }, (_event, name) => {
    if (name !== null && !isIgnored(name)) onChange(name);
  });
  watcher.on("error", (error) => onFault(messageOf(error)));
  return { ready: Promise.resolve(), close: () => watcher.close() };
}

function eachFolder({ folder, platform, isIgnored, onChange, onFault }: WatchTree): TreeWatcher {
  const paths = pathsOf(platform);
  const watchers = new Map<string, FSWatcher>();
  let closed = false;

  const forget = (path: string) => {
    watchers.get(path)?.close();
    watchers.delete(path);
  };
  const watchFolder = async (path: string, isNew: boolean): Promise<void> => {
    // A file can be watched too, and would then tell its changes a second time, under a path that is not there.
    if (isNew && !(await isFolder(paths.join(folder, path)))) return;
    if (closed || watchers.has(path)) return;
    try {
      const watcher = watch(paths.join(folder, path), (event, name) => {
        if (name === null) return;
        const changed = paths.join(path, name);
        if (isIgnored(changed)) return;
        // A name that came may be a folder.
        if (event === "rename") void watchFolder(changed, true);
        onChange(changed);
      });
      watcher.on("error", () => forget(path));
      watchers.set(path, watcher);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && isGone(error.code))) onFault(messageOf(error));
      return;
    }
    const entries = await readdir(paths.join(folder, path), { withFileTypes: true }).catch(() => undefined);
    if (entries === undefined) return forget(path);
    for (const entry of entries) {
      const inside = paths.join(path, entry.name);
      if (isIgnored(inside)) continue;
      if (entry.isDirectory()) await watchFolder(inside, isNew);
      else if (isNew) onChange(inside); // it was written before its folder was watched
    }
  };

  return {
    ready: watchFolder("", false),
    close: () => {
      closed = true;
      for (const path of watchers.keys()) forget(path);
    },
  };
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function isGone(code: unknown): boolean {
  return code === "ENOENT" || code === "ENOTDIR" || code === "EACCES";
}

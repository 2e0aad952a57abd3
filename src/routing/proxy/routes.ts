import { readlinkSync, watch, type FSWatcher } from "node:fs";
import { join } from "node:path";
import { CozyError, messageOf, systemCode } from "../../errors/cozy-error.ts";
import { closedSocket } from "../route-table.ts";
import { shortRunFolder } from "../run-folder.ts";
import { numberOfLink, readTable } from "../table-files.ts";
import type { Instance, Instances } from "./instance.ts";
import type { Note } from "./note.ts";

/** A route table in memory. */
export interface Table {
  readonly number: number;
  /** By bucket; none where the table lets nobody in. */
  readonly instances: readonly Instance[];
  readonly byRelease: ReadonlyMap<string, readonly Instance[]>;
}

/** How often the `routes` link is looked at, beside being watched: no switch takes longer than this and the read of a table. */
const pollMs = 50;

/** How long to wait before a table that could not be read is tried again. */
const retryMs = 1_000;

/**
 * The table in force, read once a generation: requests only look it up in memory. A table that can't be read leaves the one before it
 * in place.
 */
export class Routes {
  table: Table | undefined;
  /** Why the table in force could not be read. */
  problem: string | undefined;
  readonly #folders: { readonly runFolder: string; readonly realRunFolder: string };
  readonly #instances: Instances;
  readonly #note: Note;
  #link: string | undefined;
  #failed: { readonly link: string; readonly at: number } | undefined;
  #reading: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #watcher: FSWatcher | undefined;

  constructor(
    folders: { readonly runFolder: string; readonly realRunFolder: string },
    instances: Instances,
    note: Note,
  ) {
    this.#folders = folders;
    this.#instances = instances;
    this.#note = note;
  }

  /** Reads the table and follows its changes from now on. */
  async start(): Promise<void> {
    await this.refresh();
    this.#timer = setInterval(() => void this.refresh(), pollMs);
    try {
      this.#watcher = watch(this.#folders.runFolder, { persistent: false }, (_, name) => {
        if (name === "routes") void this.refresh();
      });
      // Without a watcher (no inotify left, say) the poll alone is fast enough.
      this.#watcher.on("error", () => this.#watcher?.close());
    } catch (error) {
      this.#note("warning", `The run folder can't be watched, so it is polled: ${messageOf(error)}`);
    }
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#watcher?.close();
  }

  /** Looks whether another table is in force, and has read it when the promise ends; never rejects. */
  async refresh(): Promise<void> {
    this.#reading ??= this.#follow().finally(() => {
      this.#reading = undefined;
    });
    await this.#reading;
  }

  async #follow(): Promise<void> {
    let link = "";
    try {
      link = readlinkSync(join(this.#folders.runFolder, "routes"));
      if (link === this.#link || this.#triedLately(link)) return;
      const read = await readTable(this.#folders.runFolder, numberOfLink(this.#folders.runFolder, link));
      const isClosed = read.sockets.every((socket) => socket === join(this.#folders.runFolder, closedSocket));
      const instances = this.#instances.change(isClosed ? [] : read.sockets);
      this.table = { number: read.number, instances, byRelease: group(instances) };
      this.#link = link;
      this.#failed = undefined;
      this.problem = undefined;
    } catch (error) {
      await this.#keepFormer(link, error);
    }
  }

  #triedLately(link: string): boolean {
    return this.#failed?.link === link && Date.now() - this.#failed.at < retryMs;
  }

  async #keepFormer(link: string, error: unknown): Promise<void> {
    if (systemCode(error) === "ENOENT" && (await this.#nameIsBack())) return;
    if (systemCode(error) === "ENOENT" && this.table === undefined) return;
    const first = this.#failed?.link !== link;
    this.#failed = { link, at: Date.now() };
    this.problem = error instanceof CozyError ? error.message : `routes can't be read: ${messageOf(error)}`;
    if (first) {
      const kept = this.table ? `table ${this.table.number} stays in force` : "there is no table to go by";
      this.#note("error", `${this.problem} (${kept})`);
    }
  }

  /** Somebody cleaned the short name of the run folder away: it is made again, and the next look finds the table. */
  async #nameIsBack(): Promise<boolean> {
    const { runFolder, realRunFolder } = this.#folders;
    if (runFolder === realRunFolder) return false;
    try {
      readlinkSync(runFolder);
      return false;
    } catch (error) {
      if (systemCode(error) !== "ENOENT") return false;
    }
    try {
      await shortRunFolder(realRunFolder);
      this.#note("warning", `${runFolder} was gone and was made again`);
      return true;
    } catch {
      return false;
    }
  }
}

function group(instances: readonly Instance[]): Map<string, Instance[]> {
  return Map.groupBy(new Set(instances), (instance) => instance.release);
}

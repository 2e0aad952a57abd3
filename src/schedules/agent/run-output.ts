import { closeSync, openSync, readdirSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { Tail } from "../../artifacts/tail.ts";
import { fileModeIn, makeFolderWithin, shareFile } from "../../shared/shared-folder.ts";

export interface OutputLimits {
  /** What is kept of a run's beginning. */
  readonly beginBytes: number;
  /** How many of its last lines follow, where there was more. */
  readonly endLines: number;
  /** How many runs' files are kept. */
  readonly keep: number;
}

export const outputLimits: OutputLimits = { beginBytes: 2 * 1024 * 1024, endLines: 200, keep: 30 };

/**
 * The file of what a run prints: its beginning as it comes, and where that is too much, the last lines at its end. A full disk takes the
 * output and not the run.
 */
export class RunOutput {
  readonly #file: number | undefined;
  readonly #limits: OutputLimits;
  readonly #tail: Tail;
  #written = 0;
  #leftOut = 0;

  constructor(path: string, limits: OutputLimits = outputLimits) {
    this.#limits = limits;
    this.#tail = new Tail(limits.endLines);
    this.#file = openIfPossible(path);
  }

  add(line: string): void {
    this.#tail.add(line);
    if (this.#leftOut === 0 && this.#written < this.#limits.beginBytes) this.#write(`${line}\n`);
    else this.#leftOut += 1;
  }

  lastLines(count: number): string[] {
    return this.#tail.lines(count);
  }

  close(): void {
    if (this.#leftOut > 0) {
      const end = this.#tail.lines(Math.min(this.#leftOut, this.#limits.endLines));
      const gap = this.#leftOut - end.length;
      if (gap > 0) this.#write(`[cozy: ${gap} lines are left out here]\n`);
      this.#write(`${end.join("\n")}\n`);
    }
    if (this.#file !== undefined) closeSync(this.#file);
  }

  #write(text: string): void {
    if (this.#file === undefined) return;
    try {
      this.#written += writeSync(this.#file, text);
    } catch {
      // Seen in the tail of the evidence all the same.
    }
  }
}

/** Removes the output of runs before the last ones; their names sort by age. */
export function pruneOutput(folder: string, keep = outputLimits.keep): void {
  try {
    const files = readdirSync(folder).filter((name) => name.endsWith(".log"));
    for (const name of files.toSorted().slice(0, -keep)) rmSync(join(folder, name), { force: true });
  } catch {
    // The next run tries again.
  }
}

function openIfPossible(path: string): number | undefined {
  try {
    const folder = dirname(path);
    makeFolderWithin(folder);
    const file = openSync(path, "a", fileModeIn(folder));
    shareFile(path);
    return file;
  } catch {
    return undefined;
  }
}

import { closeSync, fstatSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { messageOf, systemCode } from "../../errors/cozy-error.ts";
import type { AccessLogSettings } from "../proxy-settings.ts";
import type { Note } from "./note.ts";

/** How long a line may wait in memory. */
const flushMs = 200;
/** Lines are written earlier when this many characters wait. */
const flushAt = 256 * 1024;

/**
 * The access log: lines are gathered and appended together. The file is opened for appending, so that a proxy that drains and the one
 * that replaced it can both write to it; only the owner of the port rotates.
 */
export class AccessLog {
  /** Lines that could not be written, since the start. */
  lost = 0;
  readonly #settings: AccessLogSettings;
  readonly #note: Note;
  #lines = "";
  #count = 0;
  #file: number | undefined;
  #size = 0;
  #timer: NodeJS.Timeout | undefined;
  #rotates = true;
  #complained = false;

  constructor(settings: AccessLogSettings, note: Note) {
    this.#settings = settings;
    this.#note = note;
  }

  write(line: string): void {
    this.#lines += line;
    this.#count++;
    this.#timer ??= setTimeout(() => this.flush(), flushMs).unref();
    if (this.#lines.length > flushAt) this.flush();
  }

  /** Writes what waits; a full disk loses lines and never requests. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lines === "") return;
    const [lines, count] = [this.#lines, this.#count];
    this.#lines = "";
    this.#count = 0;
    try {
      this.#append(Buffer.from(lines));
      this.#complained = false;
    } catch (error) {
      this.lost += count;
      if (!this.#complained) this.#note("error", `The access log can't be written: ${messageOf(error)}`);
      this.#complained = true;
    }
  }

  /** From now on another proxy owns the file. */
  leaveRotation(): void {
    this.#rotates = false;
  }

  close(): void {
    this.flush();
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #append(bytes: Buffer): void {
    this.#file ??= this.#open();
    if (this.#movedAway(this.#file)) {
      closeSync(this.#file);
      this.#file = this.#open();
    }
    if (this.#rotates && this.#size > 0 && this.#size + bytes.length > this.#settings.maxBytes) {
      closeSync(this.#file);
      this.#file = undefined;
      this.#rotate();
      this.#file = this.#open();
    }
    for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at);
    this.#size += bytes.length;
  }

  #open(): number {
    const file = openSync(this.#settings.file, "a", 0o600);
    this.#size = fstatSync(file).size;
    return file;
  }

  /** Whether the name leads to another file by now: rotated by another proxy or by the user. */
  #movedAway(file: number): boolean {
    const there = statSync(this.#settings.file, { throwIfNoEntry: false });
    return there?.ino !== fstatSync(file).ino;
  }

  #rotate(): void {
    const { file, keep } = this.#settings;
    rmSync(`${file}.${keep}`, { force: true });
    for (let nth = keep - 1; nth >= 0; nth--) {
      try {
        renameSync(nth === 0 ? file : `${file}.${nth}`, `${file}.${nth + 1}`);
      } catch (error) {
        if (systemCode(error) !== "ENOENT") throw error;
      }
    }
    if (keep === 0) rmSync(`${file}.1`, { force: true });
  }
}

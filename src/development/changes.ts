export interface ChangesOptions {
  /** How long nothing may change before changes are told: an editor writes a file in several steps, git many files. */
  readonly quietMs: number;
  readonly onChanges: (paths: readonly string[]) => void;
  /** Told once of a file that is left out from now on. */
  readonly onRestless?: (path: string) => void;
  readonly now: () => number;
}

/** How often a file may change within the time below before it is taken for something that the application writes itself. */
const mostOften = 5;
const withinMs = 10_000;

/** Gathers changes that belong together, and leaves files out that change at every start: they would restart it for ever. */
export class Changes {
  readonly #options: ChangesOptions;
  readonly #told = new Map<string, number[]>();
  readonly #gathered = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ChangesOptions) {
    this.#options = options;
  }

  add(path: string): void {
    this.#gathered.add(path);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tell(), this.#options.quietMs);
  }

  /** Whether a file changes so often that nobody can be editing it. */
  isRestless(path: string): boolean {
    const now = this.#options.now();
    return (this.#told.get(path) ?? []).filter((at) => now - at < withinMs).length > mostOften;
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #tell(): void {
    const now = this.#options.now();
    const paths = [...this.#gathered].filter((path) => !this.isRestless(path));
    this.#gathered.clear();
    for (const path of paths) {
      const recent = (this.#told.get(path) ?? []).filter((at) => now - at < withinMs);
      this.#told.set(path, [...recent, now]);
      if (this.isRestless(path)) this.#options.onRestless?.(path);
    }
    if (paths.length > 0) this.#options.onChanges(paths);
  }
}

/** The last lines of an output. */
export class Tail {
  readonly #size: number;
  #lines: string[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  add(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length >= this.#size * 2) this.#lines = this.lines();
  }

  lines(count = this.#size): string[] {
    return this.#lines.slice(-count);
  }
}

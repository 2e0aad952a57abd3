import { StringDecoder } from "node:string_decoder";

/** A line longer than this is told in pieces, so that output without line ends can't fill the memory. */
const longestLine = 16 * 1024;

/** Cuts a stream of bytes into lines. */
export class Lines {
  readonly #onLine: (line: string) => void;
  readonly #decoder = new StringDecoder("utf8");
  #rest = "";

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(chunk)).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#onLine(line.endsWith("\r") ? line.slice(0, -1) : line);
    if (this.#rest.length > longestLine) this.end();
  }

  /** What came after the last line end is a line too. */
  end(): void {
    if (this.#rest !== "") this.#onLine(this.#rest);
    this.#rest = "";
  }
}

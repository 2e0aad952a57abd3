import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

/** More than that is no answer of a command any more. */
const mostBytes = 64 * 1024 * 1024;

/** All that a stream gives as text, and each line as it comes. */
export function collectOutput(
  stream: Readable,
  onLine: ((line: string) => void) | undefined,
): { text(): string; readonly tooMuch: boolean } {
  const pieces: string[] = [];
  const decoder = new StringDecoder("utf8");
  let [bytes, rest, tooMuch] = [0, "", false];
  const add = (text: string): void => {
    pieces.push(text);
    if (onLine === undefined) return;
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line.endsWith("\r") ? line.slice(0, -1) : line);
  };
  stream.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > mostBytes) tooMuch = true;
    else add(decoder.write(chunk));
  });
  stream.on("end", () => {
    add(decoder.end());
    if (rest !== "") onLine?.(rest);
  });
  return {
    text: () => pieces.join(""),
    get tooMuch() {
      return tooMuch;
    },
  };
}

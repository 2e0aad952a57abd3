/** What of a terminal's input is used: `node:tty` has it. */
interface Terminal {
  setRawMode(raw: boolean): unknown;
  on(event: "data", listener: (bytes: Buffer) => void): unknown;
  off(event: "data", listener: (bytes: Buffer) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

/** Ctrl-C and Ctrl-\ are no signals any more while keys are read one by one. */
const interrupts: Readonly<Record<string, "SIGINT" | "SIGQUIT">> = {
  "\u0003": "SIGINT",
  "\u001c": "SIGQUIT",
};

/**
 * Reads a line that the terminal does not show. Backspace takes a character back, Ctrl-U all of them. `undefined` where more came
 * behind the line's end at once: a text of several lines was pasted, and half of it would be a wrong value.
 */
export function hiddenLine(
  stdin: Terminal,
  raise: (signal: "SIGINT" | "SIGQUIT") => void,
  signal: AbortSignal,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const decoder = new TextDecoder();
    let typed: string[] = [];
    const onData = (bytes: Buffer): void => {
      const keys = Array.from(decoder.decode(bytes, { stream: true }));
      for (const [at, key] of keys.entries()) {
        const raised = interrupts[key];
        if (raised !== undefined) raise(raised);
        else if (key === "\r" || key === "\n" || key === "\u0004") {
          end();
          const more =
            keys
              .slice(at + 1)
              .join("")
              .trim() !== "";
          return resolve(more ? undefined : typed.join(""));
        } else if (key === "\u007f" || key === "\b") typed.pop();
        else if (key === "\u0015") typed = [];
        else typed.push(key);
      }
    };
    const onAbort = (): void => {
      end();
      reject(signal.reason);
    };
    const end = (): void => {
      stdin.off("data", onData);
      signal.removeEventListener("abort", onAbort);
      stdin.setRawMode(false);
      stdin.pause();
    };
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    stdin.setRawMode(true);
    stdin.on("data", onData);
    stdin.resume();
  });
}

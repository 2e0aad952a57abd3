/** How a process comes to run changed code: its own server sees the change, or cozy starts it anew. */
export type Reload = "own" | "cozy";

export interface Reloading {
  readonly command: readonly string[];
  readonly reload: Reload;
}

/** What stands in for words that only a release knows. */
export interface PlaceNames {
  readonly port: number;
  readonly settings?: string | undefined;
  readonly wsgi?: string | undefined;
  readonly asgi?: string | undefined;
}

/** A process type's own command with reloading put around it: Node watches the files that it has loaded; for the rest cozy watches. */
export function reloading(command: readonly string[]): Reloading {
  const [program = "", ...args] = command;
  if (program !== "node") return { command, reload: "cozy" };
  if (args.some((word) => /^--watch(?:$|-path\b)/.test(word))) return { command, reload: "own" };
  // Without the second one Node clears the screen, and the other processes' lines with it.
  return { command: [program, "--watch", "--watch-preserve-output", ...args], reload: "own" };
}

/** A command with a port in the place of a socket, and with the names that Django gave. */
export function fillPlaces(command: readonly string[], names: PlaceNames): readonly string[] {
  const port = String(names.port);
  return command.map((word) =>
    word
      .replaceAll("unix:{socket}", `127.0.0.1:${port}`)
      .replaceAll("{socket}", port)
      .replaceAll("{port}", port)
      .replaceAll(/\{(settings|wsgi|asgi)\}/g, (place: string, name: "settings" | "wsgi" | "asgi") => {
        return names[name] ?? place;
      }),
  );
}

/** Whether a command names something that only Django can tell. */
export function asksDjango(command: readonly string[]): boolean {
  return command.some((word) => /\{(?:settings|wsgi|asgi)\}/.test(word));
}

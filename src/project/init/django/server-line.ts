import { splitCommand } from "../../command-words.ts";
import type { Files } from "../files.ts";
import type { FoundProcess } from "../findings.ts";
import { commandText, wordsText } from "../procfile.ts";

type Web = Omit<FoundProcess, "type" | "where">;

/** Options that say where to listen, which cozy does. */
const listening = /^(?:-b|--bind|--host|--port|-p|--uds|-u|--unix-socket|--fd)$/;

/**
 * A line that starts Django's server, as a Procfile has it, with its place to listen put in by cozy. `files` is for the settings of
 * gunicorn that it names.
 */
export function serverLine(line: string, files: Files): Web {
  const split = splitCommand(line.replace(/\$\{?PORT\}?/g, "PORT").replace(/^(?:\w+=\S+\s+)+/, ""));
  if (!split.ok) return unknownServer(line);
  const words = split.words[0] === "exec" ? split.words.slice(1) : split.words;
  const [program = "", ...rest] = words[0] === "python" && words[1] === "-m" ? words.slice(2) : words;
  const options = withoutListening(rest);
  if (program === "gunicorn") return gunicorn(options, files);
  if (program === "uvicorn") return uvicorn(options);
  if (program === "daphne")
    return { command: wordsText(["daphne", "-u", "{socket}", ...named(options, "{asgi}")]) };
  if (program === "hypercorn")
    return { command: wordsText(["hypercorn", "--bind", "unix:{socket}", ...named(options, "{asgi}")]) };
  if (program === "waitress-serve")
    return { command: wordsText(["waitress-serve", "--unix-socket={socket}", ...named(options, "{wsgi}")]) };
  if (program === "uwsgi") return { command: uwsgiCommand };
  return unknownServer(line);
}

/** uWSGI's own settings are for its own protocol and a port of its own; these are what a release needs. */
export const uwsgiCommand =
  "uwsgi --http-socket {socket} --module {wsgi} --master --processes 3 --die-on-term --need-app";

/** gunicorn with no options of its own. */
export function plainGunicorn(files: Files): Web {
  return gunicorn([], files);
}

function gunicorn(options: readonly string[], files: Files): Web {
  const file = valueOf(options, ["-c", "--config"]) ?? "gunicorn.conf.py";
  const reuses =
    options.includes("--reuse-port") || /^\s*reuse_port\s*=\s*True/m.test(files.read(file) ?? "");
  const listen = reuses
    ? ({
        value: "port",
        where: `a socket can't be reused as ${options.includes("--reuse-port") ? "--reuse-port" : file} wants it`,
      } as const)
    : undefined;
  const workers = valueOf(options, ["-w", "--workers"]);
  const asgi = options.some((one) => /uvicorn|asgi/i.test(one));
  const rest = without(options, ["-w", "--workers"]).filter((one) => !isModule(one));
  const plain = rest.every(
    (one, index) =>
      /^--(log-file|access-logfile|error-logfile|log-level)/.test(one) ||
      (index > 0 && /^--(log-file|access-logfile|error-logfile|log-level)$/.test(rest[index - 1] ?? "")),
  );
  if (plain && !asgi) return { command: undefined, listen, ...numberOf(workers) };
  const place = listen ? "127.0.0.1:{port}" : "unix:{socket}";
  const words = [
    "gunicorn",
    asgi ? "{asgi}" : "{wsgi}",
    "--bind",
    place,
    ...(workers === undefined ? [] : ["--workers", workers]),
    ...rest,
  ];
  return { command: wordsText(words), listen };
}

function uvicorn(options: readonly string[]): Web {
  const workers = valueOf(options, ["--workers"]);
  const rest = without(options, ["--workers"]).filter((one) => !isModule(one));
  if (rest.length === 0) return { command: undefined, server: "uvicorn", ...numberOf(workers) };
  return {
    command: wordsText([
      "uvicorn",
      "{asgi}",
      "--uds",
      "{socket}",
      ...(workers === undefined ? [] : ["--workers", workers]),
      ...rest,
    ]),
  };
}

/** A server that nothing is known of can listen on a port, as it does wherever a Procfile is used. */
function unknownServer(line: string): Web {
  const command = line.replace(/\$\{PORT(?::-\d+)?\}|\$PORT\b/g, "{port}");
  return {
    // What stands before it is on the same machine.
    command: commandText(command.replaceAll("0.0.0.0", "127.0.0.1")),
    listen: {
      value: "port",
      where: command === line ? "it was not seen where it listens" : "$PORT in Procfile",
    },
  };
}

function numberOf(workers: string | undefined): { readonly workers?: number } {
  return workers !== undefined && /^\d+$/.test(workers) ? { workers: Number(workers) } : {};
}

function named(options: readonly string[], module: string): readonly string[] {
  return options.map((one) => (isModule(one) ? module : one));
}

/** `shop.wsgi`, `config.asgi:application`. */
function isModule(word: string): boolean {
  return /^[\w.]+\.[wa]sgi(?::\w+)?$|^[\w.]+:(?:application|app)$/.test(word);
}

function withoutListening(words: readonly string[]): string[] {
  return words.filter(
    (word, index) =>
      !listening.test(word) &&
      !listening.test(words[index - 1] ?? "") &&
      !/^(?:-b|--bind=|--host=|--port=|--uds=|--listen=)/.test(word),
  );
}

function valueOf(words: readonly string[], names: readonly string[]): string | undefined {
  const at = words.findIndex((word) => names.includes(word));
  if (at !== -1) return words[at + 1];
  const joined = words.find((word) => names.some((name) => word.startsWith(`${name}=`)));
  return joined?.split("=")[1];
}

function without(words: readonly string[], names: readonly string[]): string[] {
  return words.filter(
    (word, index) =>
      !names.includes(word) &&
      !names.includes(words[index - 1] ?? "") &&
      !names.some((name) => word.startsWith(`${name}=`)),
  );
}

import { access, constants, realpath } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { CozyError } from "../errors/cozy-error.ts";
import { isFields } from "./kept-file.ts";
import type { ProgramResult } from "./run-program.ts";

export type Variables = Readonly<Record<string, string | undefined>>;

/** The machine's npm: its program, and the JavaScript file behind it where it could be found. */
export interface Npm {
  readonly program: string;
  readonly script: string | undefined;
}

export async function findNpm(env: Variables): Promise<Npm | undefined> {
  const program = await findProgram("npm", env);
  if (program === undefined) return undefined;
  const target = await realpath(program);
  return { program, script: target.endsWith("npm-cli.js") ? target : undefined };
}

export async function requireNpm(env: Variables): Promise<Npm> {
  const npm = await findNpm(env);
  if (npm !== undefined) return npm;
  throw new CozyError("npm-missing", {
    message: "The program npm was not found on the PATH.",
    next: "Install Node with npm (https://nodejs.org), then run the command again.",
  });
}

/** npm under the given Node, so that packages' `engines` are held against the Node that will run them. */
export function npmCommand(npm: Npm, node: string, args: readonly string[]): string[] {
  return npm.script === undefined ? [npm.program, ...args] : [node, npm.script, ...args];
}

/** npm's own environment: who the user is, and how the network is reached; nothing else of the deployer's. */
export function npmEnvironment(env: Variables, node: string): Record<string, string> {
  const passed = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && passedOn.test(entry[0]),
  );
  return {
    // npm's own waits between tries would keep a deployer without a network waiting for minutes.
    npm_config_fetch_retries: "2",
    npm_config_fetch_retry_mintimeout: "1000",
    npm_config_fetch_retry_maxtimeout: "5000",
    ...Object.fromEntries(passed),
    PATH: [dirname(node), env["PATH"] ?? ""].join(delimiter),
    CI: "true",
  };
}

const passedOn = new RegExp(
  `^(HOME|USER|LOGNAME|TMPDIR|LANG|SSH_AUTH_SOCK|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|${[
    "(https?|all|no)_proxy",
    "npm_config_(registry|cache|userconfig|globalconfig|proxy|https_proxy|noproxy|cafile|offline|fetch_\\w+)",
  ].join("|")})$`,
  "i",
);

export interface NpmFailure {
  readonly code: string | undefined;
  readonly lines: readonly string[];
  /** The registry could not be reached: worth a retry. */
  readonly network: boolean;
}

/** What npm says of its failure under `--json`. */
export function npmFailure(result: ProgramResult): NpmFailure {
  const error = errorOf(result.stdout);
  const code = typeof error?.["code"] === "string" ? error["code"] : undefined;
  const summary = typeof error?.["summary"] === "string" ? error["summary"].split("\n\n", 2) : [];
  const lines = summary.flatMap((part) => part.split("\n")).filter((line) => line.trim() !== "");
  return {
    code,
    lines: [...lines.slice(0, 12), ...result.tail.slice(-20)],
    network: code !== undefined && networkCodes.test(code),
  };
}

const networkCodes =
  /^(ENOTFOUND|EAI_AGAIN|ECONN\w+|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ENETDOWN|EPIPE|ERR_SOCKET_TIMEOUT|FETCH_ERROR|EIDLETIMEOUT|ENOTCACHED|CERT_\w+|E5\d\d|E429)$/;

function errorOf(stdout: string): Record<string, unknown> | undefined {
  // Packages' install scripts may have printed lines before npm's own object.
  const start = stdout.startsWith("{") ? 0 : stdout.indexOf("\n{") + 1;
  try {
    const value: unknown = JSON.parse(stdout.slice(start));
    return isFields(value) && isFields(value["error"]) ? value["error"] : undefined;
  } catch {
    return undefined;
  }
}

export function registryUnreachable(what: string, failure: NpmFailure): CozyError {
  return new CozyError("registry-unreachable", {
    message: `${what}: the package registry could not be reached${failure.code === undefined ? "" : ` (${failure.code})`}.`,
    state: "Nothing was changed.",
    next: "Run the same command again when the network is back.",
    details: failure.lines,
  });
}

/** The first executable file of this name on the PATH. */
export async function findProgram(name: string, env: Variables): Promise<string | undefined> {
  for (const folder of searchFolders(env)) {
    const file = join(folder, name);
    const found = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  return undefined;
}

export function searchFolders(env: Variables): string[] {
  return (env["PATH"] ?? "").split(delimiter).filter((folder) => folder.startsWith("/"));
}

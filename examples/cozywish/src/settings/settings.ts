import path from "node:path";
import { z } from "zod";
import { parseDatabaseUrl, type DatabaseAddress } from "./database-url.ts";
import { SettingsError } from "./settings-error.ts";

/** Everything that differs between one place CozyWish runs in and another. */
export type Settings = {
  production: boolean;
  listen: ListenAddress;
  database: DatabaseAddress;
  /** Absolute path of the folder that holds pictures. */
  mediaFolder: string;
  sessionSecret: string;
  logLevel: (typeof LOG_LEVELS)[number];
  logFile: string | undefined;
  /** Ends with a slash; a path, or a whole http(s) address. */
  staticUrl: string;
  cache: "memory";
  release: string | undefined;
};

export type ListenAddress = { kind: "tcp"; host: string; port: number } | { kind: "socket"; path: string };

const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

/** Only ever used outside production, where a visitor's session is nobody's secret. */
const DEVELOPMENT_SECRET = "not-a-secret-and-for-development-only";

/**
 * Reads the settings from environment variables. An empty variable counts as one that is not there.
 * @throws SettingsError that names every fault at once
 */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const parsed = schema(given["NODE_ENV"] === "production").safeParse(given);
  if (!parsed.success) {
    throw new SettingsError(
      parsed.error.issues.map((issue) => ({ variable: String(issue.path[0]), fault: issue.message })),
    );
  }
  const { HOST: host, PORT: port, ...rest } = parsed.data;
  return {
    production: rest.NODE_ENV === "production",
    listen: typeof port === "number" ? { kind: "tcp", host, port } : { kind: "socket", path: port.socket },
    database: rest.DATABASE_URL,
    mediaFolder: rest.MEDIA_URL,
    sessionSecret: rest.SESSION_SECRET,
    logLevel: rest.LOG_LEVEL,
    logFile: rest.LOG_FILE,
    staticUrl: rest.STATIC_URL,
    cache: rest.CACHE_URL,
    release: rest.COZY_RELEASE,
  };
}

/** A function of production, because a rule across two fields would only be checked once all others pass. */
function schema(production: boolean) {
  const secret = z.string().min(32, "must have at least 32 characters (openssl rand -hex 32 makes one)");
  const needed = "is required when NODE_ENV=production (openssl rand -hex 32 makes one)";
  return z.object({
    NODE_ENV: z.string().optional(),
    PORT: z.string().default("3000").transform(orFault(parsePort)),
    HOST: z.string().default("127.0.0.1"),
    DATABASE_URL: z.string().default("sqlite:///data/cozywish.sqlite").transform(orFault(parseDatabaseUrl)),
    MEDIA_URL: z.string().optional().transform(orFault(parseMediaUrl)),
    SESSION_SECRET: production
      ? z.string({ error: needed }).pipe(secret)
      : secret.default(DEVELOPMENT_SECRET),
    LOG_LEVEL: z
      .enum(LOG_LEVELS, { error: (issue) => `"${String(issue.input)}" is none of ${LOG_LEVELS.join(", ")}` })
      .default("info"),
    LOG_FILE: z.string().optional(),
    STATIC_URL: z.string().default("/static/").transform(orFault(parseStaticUrl)),
    CACHE_URL: z.string().default("memory:").transform(orFault(parseCacheUrl)),
    COZY_RELEASE: z.string().optional(),
  });
}

function parsePort(text: string): number | { socket: string } {
  if (path.isAbsolute(text)) return { socket: text };
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new Error(`"${text}" is neither a port (0 to 65535) nor the absolute path of a unix socket`);
}

function parseMediaUrl(text: string | undefined): string {
  if (text === undefined) return path.resolve("media");
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "file:" && url.host === "" && url.pathname !== "/") {
    return path.resolve(decodeURIComponent(url.pathname));
  }
  throw new Error(`"${text}" is not of the form file:///absolute/folder`);
}

function parseStaticUrl(text: string): string {
  if (/^(\/|https?:\/\/[^/]+\/)([\w.-]+\/)*$/.test(text) && text !== "/") return text;
  throw new Error(`"${text}" must be a path or an http(s) address, and end with a slash, such as /static/`);
}

function parseCacheUrl(text: string): "memory" {
  if (text === "memory:") return "memory";
  throw new Error(`the scheme of "${text.split(":")[0]}:" is not known; CozyWish can use memory:`);
}

/** Lets a parser say what is wrong by throwing, without the other settings going unchecked. */
function orFault<Input, Output>(parse: (input: Input) => Output) {
  return (input: Input, context: z.RefinementCtx): Output => {
    try {
      return parse(input);
    } catch (error) {
      context.addIssue({ code: "custom", message: error instanceof Error ? error.message : String(error) });
      return z.NEVER;
    }
  };
}

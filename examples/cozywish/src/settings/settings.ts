import path from "node:path";
import { z } from "zod";
import { parseDatabaseUrl, type DatabaseAddress } from "./database-url.ts";
import { parseMediaUrl, type MediaAddress } from "./media-url.ts";
import { isSameDatabase, parseMemoryOrRedis, type MemoryOrRedis } from "./redis-url.ts";
import { SettingsError } from "./settings-error.ts";

/** Everything that differs between one place CozyWish runs in and another. */
export type Settings = {
  production: boolean;
  listen: ListenAddress;
  database: DatabaseAddress;
  media: MediaAddress;
  sessionSecret: string;
  /** Of the account that checks a release. */
  checkPassword: string | undefined;
  logLevel: (typeof LOG_LEVELS)[number];
  logFile: string | undefined;
  /** Ends with a slash; a path, or a whole http(s) address. */
  staticUrl: string;
  cache: MemoryOrRedis;
  sessions: { kind: "database" } | MemoryOrRedis;
  queue: MemoryOrRedis;
  /** How long sending a confirmation takes; only ever set to see what a stop does to one. */
  confirmationMs: number;
  identity: Identity;
  sentryDsn: string | undefined;
  otlpEndpoint: string | undefined;
  /** Never in production. */
  debugToolbar: boolean;
};

/** Who this process is, for logs and for everything that is told to others about it. */
export type Identity = {
  release: string | undefined;
  environment: string | undefined;
  instance: string | undefined;
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
  const parsed = schema(given["NODE_ENV"] === "production", given["CACHE_URL"]).safeParse(given);
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
    media: rest.MEDIA_URL,
    sessionSecret: rest.SESSION_SECRET,
    checkPassword: rest.CHECK_PASSWORD,
    logLevel: rest.LOG_LEVEL,
    logFile: rest.LOG_FILE,
    staticUrl: rest.STATIC_URL,
    cache: rest.CACHE_URL,
    sessions: rest.SESSIONS_URL,
    queue: rest.QUEUE_URL,
    confirmationMs: rest.CONFIRMATION_MS,
    identity: {
      release: rest.COZY_RELEASE,
      environment: rest.COZY_ENVIRONMENT,
      instance: rest.COZY_INSTANCE,
    },
    sentryDsn: rest.SENTRY_DSN,
    otlpEndpoint: rest.OTEL_EXPORTER_OTLP_ENDPOINT,
    debugToolbar: rest.NODE_ENV !== "production" && rest.DEBUG_TOOLBAR === "on",
  };
}

/** A function of other fields, because a rule across two would only be checked once all others pass. */
function schema(production: boolean, cacheUrl: string | undefined) {
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
    CHECK_PASSWORD: z.string().optional(),
    LOG_LEVEL: z
      .enum(LOG_LEVELS, { error: (issue) => `"${String(issue.input)}" is none of ${LOG_LEVELS.join(", ")}` })
      .default("info"),
    LOG_FILE: z.string().optional(),
    STATIC_URL: z.string().default("/static/").transform(orFault(parseStaticUrl)),
    CACHE_URL: z.string().default("memory:").transform(orFault(parseMemoryOrRedis)),
    SESSIONS_URL: z
      .string()
      .optional()
      .transform(orFault((text) => parseSessionsUrl(text, cacheUrl))),
    QUEUE_URL: z.string().default("memory:").transform(orFault(parseMemoryOrRedis)),
    CONFIRMATION_MS: z.string().default("0").transform(orFault(parseMilliseconds)),
    COZY_RELEASE: z.string().optional(),
    COZY_ENVIRONMENT: z.string().optional(),
    COZY_INSTANCE: z.string().optional(),
    SENTRY_DSN: z.string().optional().transform(orFault(parseSentryDsn)),
    OTEL_EXPORTER_OTLP_ENDPOINT: z.string().optional().transform(orFault(parseOtlpEndpoint)),
    DEBUG_TOOLBAR: z
      .enum(["on", "off"], { error: (issue) => `"${String(issue.input)}" is neither on nor off` })
      .default("on"),
  });
}

function parsePort(text: string): number | { socket: string } {
  if (path.isAbsolute(text)) return { socket: text };
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new Error(`"${text}" is neither a port (0 to 65535) nor the absolute path of a unix socket`);
}

function parseStaticUrl(text: string): string {
  if (/^(\/|https?:\/\/[^/]+\/)([\w.-]+\/)*$/.test(text) && text !== "/") return text;
  throw new Error(`"${text}" must be a path or an http(s) address, and end with a slash, such as /static/`);
}

/** Left out, sessions are in the database: they outlive a restart without any other server. */
function parseSessionsUrl(text: string | undefined, cacheUrl: string | undefined): Settings["sessions"] {
  if (text === undefined) return { kind: "database" };
  const sessions = parseMemoryOrRedis(text);
  if (isSameDatabase(sessions, cacheOrMemory(cacheUrl))) {
    throw new Error(
      "is the cache's database, so that a flush of the cache would sign everybody out; use another number, such as /1",
    );
  }
  return sessions;
}

/** What is wrong with CACHE_URL is said where that is read. */
function cacheOrMemory(text = "memory:"): MemoryOrRedis {
  try {
    return parseMemoryOrRedis(text);
  } catch {
    return { kind: "memory" };
  }
}

function parseMilliseconds(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new Error(`"${text}" is not a number of milliseconds`);
}

/** The key in a DSN is no secret to whoever has it, and nobody else's business. */
function parseSentryDsn(text: string | undefined): string | undefined {
  if (text === undefined || /^https?:\/\/[^@/]+@[^/]+\/(.+\/)?\d+$/.test(text)) return text;
  throw new Error("is not of the form https://key@host/number");
}

function parseOtlpEndpoint(text: string | undefined): string | undefined {
  if (text === undefined || (/^https?:\/\//.test(text) && URL.canParse(text))) return text;
  throw new Error("is not an http(s) address, such as http://127.0.0.1:4318");
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

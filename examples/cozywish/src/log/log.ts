import { mkdirSync } from "node:fs";
import path from "node:path";
import { pino, type Logger } from "pino";
import type { Identity } from "../settings/settings.ts";

export type Log = Logger;

export type LogSettings = { logLevel: string; logFile?: string | undefined; identity: Identity };

/**
 * JSON lines, one an event, on the console and, where there is a log file, in it too. Levels are words and times
 * are ISO 8601, so that a line can be read without a table beside it.
 */
export function openLog(settings: LogSettings): { log: Log; flush: () => void } {
  const targets = [pino.destination({ fd: 1, sync: false })];
  if (settings.logFile) {
    mkdirSync(path.dirname(settings.logFile), { recursive: true });
    targets.push(pino.destination({ dest: settings.logFile, sync: false, append: true }));
  }
  const log = pino(
    {
      level: settings.logLevel,
      base: { pid: process.pid, ...settings.identity },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.err },
    },
    // Each target gets all that the logger lets through: the level is decided in one place.
    pino.multistream(targets.map((stream) => ({ stream, level: 0 }))),
  );
  return {
    log,
    flush: () => {
      for (const target of targets) target.flushSync();
    },
  };
}

import * as z from "zod/mini";
import { splitCommand } from "../command-words.ts";
import { durationPattern, sizePattern } from "../units.ts";
import { documented, object, optional, required } from "./doc.ts";

export const name = documented(z.string().check(z.regex(/^[a-z][a-z0-9-]{0,31}$/)), {
  expects: "at most 32 lowercase letters, digits and dashes, beginning with a letter",
});

export const text = documented(z.string(), { expects: "a string" });

export const duration = documented(z.string().check(z.regex(durationPattern)), {
  name: "Duration",
  type: '`${number}${"ms" | "s" | "m" | "h" | "d"}`',
  about: 'A span of time: `"250ms"`, `"30s"`, `"5m"`, `"4h"`, `"2d"`.',
  expects: 'a duration such as "250ms", "30s", "5m" or "4h"',
});

export const size = documented(z.string().check(z.regex(sizePattern)), {
  name: "Size",
  type: '`${number}${"KB" | "MB" | "GB"}`',
  about: 'An amount of memory in steps of 1024: `"512MB"`, `"1GB"`.',
  expects: 'a size such as "512MB" or "1GB"',
});

const commandLine = z.string().check((context) => {
  const words = splitCommand(context.value);
  if (!words.ok)
    context.issues.push({
      code: "custom",
      input: context.value,
      message: `is a command that ${words.reason}`,
    });
});

export const command = documented(z.union([commandLine, z.array(z.string()).check(z.minLength(1))]), {
  name: "Command",
  type: "string | readonly string[]",
  about:
    'A program and its arguments: `"node dist/server.js"`, or as a list, `["node", "dist/server.js"]`. It runs in the folder of the application with `node_modules/.bin` on its path, and without a shell.',
  expects: "a command: a string, or a list of strings that begins with the program",
});

export const path = documented(z.string().check(z.regex(/^\/[^\s]*$/)), {
  expects: "a path of the site that begins with a slash",
});

export const urlFolder = documented(z.string().check(z.regex(/^\/(?:[^\s/]+\/)+$/)), {
  expects: 'a path with a slash at both ends, such as "/static/"',
});

/** Whether it stays inside is a rule of its own, with a message of its own. */
export const folder = documented(z.string().check(z.minLength(1)), { expects: "the path of a folder" });

export const status = documented(z.int().check(z.gte(100), z.lte(599)), {
  expects: "an HTTP status from 100 to 599",
});

export const port = documented(z.int().check(z.gte(1), z.lte(65_535)), {
  expects: "a whole number from 1 to 65535",
});

export const count = documented(z.int().check(z.gte(0), z.lte(64)), {
  expects: "a whole number from 0 to 64",
});

export const positive = documented(z.int().check(z.gte(1)), { expects: "a whole number from 1 on" });

export const flag = documented(z.boolean(), { expects: "`true` or `false`" });

const variableName = documented(z.string().check(z.regex(/^[A-Za-z_][A-Za-z0-9_]*$/)), {
  expects: "a name of letters, digits and underscores that does not begin with a digit",
});

const fromEnvironment = object("FromEnvironment", "A value from the deployer's own environment.", {
  from: z.literal("environment"),
  name: optional(variableName, "The name it has there.", "the variable's own name"),
});

const fromDotenv = object("FromDotenv", "A value from a file of `NAME=value` lines that git ignores.", {
  from: z.literal("dotenv"),
  file: required(text, "The file, relative to the folder of `cozy.config.ts`."),
  name: optional(variableName, "The name it has there.", "the variable's own name"),
});

const fromSecrets = object(
  "FromSecrets",
  "A value from the environment's encrypted file in the repository.",
  {
    from: z.literal("secrets"),
    name: optional(variableName, "The name it has there.", "the variable's own name"),
  },
);

const generated = object("Generated", "A value drawn at random once for an environment, and kept with it.", {
  from: z.literal("generated"),
  bytes: optional(
    documented(z.int().check(z.gte(16), z.lte(1024)), { expects: "a whole number from 16 to 1024" }),
    "How many random bytes it has; the value is their base64url text.",
    "`32`",
  ),
});

const sources = "`fromSecrets(…)`, `fromEnvironment(…)`, `dotenv(…)` or `generated()`";

export const value = documented(z.union([text, fromSecrets, fromEnvironment, fromDotenv, generated]), {
  name: "Value",
  about: `Where the value of a variable comes from: a string stands for itself, anything else is ${sources}.`,
  expects: `a string, ${sources}`,
});

export const secretSource = documented(z.union([fromEnvironment, fromDotenv]), {
  name: "SecretSource",
  about: "Where a secret of the build comes from: `fromEnvironment(…)` or `dotenv(…)`.",
  expects: "`fromEnvironment(…)` or `dotenv(…)`",
});

/** A record under names that the application's process sees. */
export function variables<S extends z.ZodMiniType>(of: S): z.ZodMiniRecord<z.ZodMiniString, S> {
  return documented(z.record(variableName, of), { expects: "an object of variables by name" });
}

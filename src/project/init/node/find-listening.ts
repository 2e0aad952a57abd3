import type { Source } from "../files.ts";
import type { Found } from "../findings.ts";

/** How an application listens, as its sources show it. */
export interface Listening {
  /** Absent where it listens on whatever `PORT` names, a socket's path included. */
  readonly listen: Found<"port"> | undefined;
  readonly missing: readonly string[];
}

/** Places where `PORT` is made a number, so that a socket's path comes to nothing. */
const numbers: readonly RegExp[] = [
  // Behind a `?` it is for what looks like a number only.
  /(?<!\?\s*)(?:Number(?:\.parse\w+)?|parseInt|parseFloat)\s*\(\s*(?:process\.)?env(?:\.PORT\b|\[["']PORT["']\])/,
  /(?:[=:(,]|\breturn)\s*\+process\.env\.PORT\b/,
  // Schemas of the environment: zod, envalid, TypeBox, Joi, convict, @fastify/env.
  /\bPORT["']?\s*:\s*(?:z\.coerce\.number|z\.number|(?:envalid\.)?(?:port|num)\(|Type\.(?:Number|Integer)|Joi\.number)/,
  /\bPORT["']?\s*:\s*z\s*\.string\(\)[^,\n]*(?:transform\((?:Number|parseInt|\(?\w+\)?\s*=>\s*(?:Number|parseInt))|pipe\(z\.(?:coerce\.)?number)/,
  /\bPORT["']?\s*:\s*\{[^}]*\btype:\s*["'](?:number|integer)["']/,
  /format:\s*["']port["']/,
];

/** A port that is handed over by name is never a path: `listen({ port })` of Fastify, `serve({ port })` of Hono. */
const byName = /\.listen\(\s*\{[^)]*?\bport\b|\bserve\(\s*\{[^)]*?\bport\b/;
const listening = /\.listen\(|\bserve\(/;
const fixed = /\.listen\(\s*(?:\{\s*port:\s*)?(\d{2,5})\b/;
const anyPort = /\bPORT\b/;

/** Looks for where the sources read `PORT`; what can't be told is taken to be a port, which every server can listen on. */
export function findListening(sources: readonly Source[]): Listening {
  const number = sources.find(({ text }) => numbers.some((pattern) => pattern.test(text)));
  if (number) return port(`${number.path} makes PORT a number`);
  const servers = sources.filter(({ text }) => listening.test(text));
  const named = servers.find(({ text }) => byName.test(text) && anyPort.test(text));
  if (named) return port(`${named.path} listens on a port by name`);
  const stuck = servers.find(({ text }) => fixed.test(text));
  const readsPort = sources.some(({ text }) => anyPort.test(text));
  if (stuck && !readsPort) {
    const fixedPort = fixed.exec(stuck.text)?.[1] ?? "";
    return {
      listen: undefined,
      missing: [
        `Where it listens: ${stuck.path} always listens on port ${fixedPort}, so two instances can't stand side by side. Write \`process.env.PORT ?? ${fixedPort}\` there.`,
      ],
    };
  }
  if (servers.length > 0 && readsPort) return { listen: undefined, missing: [] };
  return {
    listen: { value: "port", where: "every server can; it was not seen how this one reads PORT" },
    missing: [
      "How the application listens: nothing in its sources shows that PORT is read. It has to listen on 127.0.0.1 and on the port that PORT names.",
    ],
  };
}

function port(where: string): Listening {
  return { listen: { value: "port", where }, missing: [] };
}

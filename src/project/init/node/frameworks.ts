import type { Files } from "../files.ts";
import { firstThere } from "../files.ts";
import type { CommandText, Found, FoundStatic, FoundVariable } from "../findings.ts";
import { nextBuild } from "./next-build.ts";
import type { Package } from "./package-file.ts";

/** What is known of an application by the framework that it is built with. */
export interface Framework {
  /** As messages name it. */
  readonly name: string;
  /** What starts the built application. */
  readonly web: string;
  /** Commands of scripts that mean the same. */
  readonly means: RegExp;
  readonly listen: "socket" | "port";
  readonly static?: FoundStatic | undefined;
  /** A build in place of the script `build`, with why. */
  readonly build?: Found<CommandText> | undefined;
  readonly variables?: readonly FoundVariable[] | undefined;
  /** What keeps it from being deployed, with what to do. */
  readonly missing?: string | undefined;
}

/** The framework of an application, if its packages name one that answers requests by itself. */
export function findFramework(files: Files, pkg: Package): Framework | undefined {
  if (pkg.uses("next")) return next(files, pkg);
  if (pkg.uses("@sveltejs/kit")) return svelteKit(pkg);
  if (pkg.uses("nuxt")) return { name: "nuxt", ...nitro };
  if (pkg.uses("@react-router/serve")) return served("@react-router/serve", "react-router-serve");
  if (pkg.uses("@remix-run/serve")) return served("@remix-run/serve", "remix-serve");
  if (pkg.uses("astro")) return astro(pkg);
  return undefined;
}

/** The static files of a framework are told apart by a hash in their names, wherever a server of one's own serves them. */
export function staticOf(pkg: Package): FoundStatic | undefined {
  if (pkg.uses("@react-router/dev") || pkg.uses("@remix-run/dev"))
    return { folder: "build/client/assets", url: "/assets/" };
  return undefined;
}

function next(files: Files, pkg: Package): Framework {
  const config = firstThere(files, [
    "next.config.ts",
    "next.config.mjs",
    "next.config.js",
    "next.config.cjs",
  ]);
  const text = config === undefined ? "" : (files.read(config) ?? "");
  const fixed = {
    name: "next",
    means: /^next start|standalone\/server\.js/,
    listen: "port",
    static: { folder: ".next/static", url: "/_next/static/" },
  } as const;
  if (/output:\s*["'`]export["'`]/.test(text)) {
    return {
      ...fixed,
      web: "next start",
      missing: `A server: ${config ?? ""} has \`output: "export"\`, which leaves files and nothing that answers requests. Remove it, so that \`next start\` serves the application.`,
    };
  }
  const standalone = /output:\s*["'`]standalone["'`]/.test(text);
  const build = nextBuild(files, pkg, standalone);
  if (!standalone) return { ...fixed, web: "next start", build };
  return { ...fixed, web: "node .next/standalone/server.js", build };
}

/** Its server takes a socket by a name of its own, and stumbles over a path in `PORT`. */
function svelteKit(pkg: Package): Framework {
  const name = "@sveltejs/kit";
  const built = {
    name,
    web: "env -u PORT SOCKET_PATH={socket} node build",
    means: /^node (\.\/)?build(\/index(\.js)?)?$|^vite preview/,
    listen: "socket",
    static: { folder: "build/client/_app/immutable", url: "/_app/immutable/" },
    // Without it a form is taken to come from https, and one that was sent over http is refused.
    variables: [
      {
        name: "PROTOCOL_HEADER",
        where: "the adapter of SvelteKit, so that forms can be sent",
        declaration: undefined,
        given: { from: "literal", value: "x-forwarded-proto" },
      },
    ],
  } as const;
  if (pkg.uses("@sveltejs/adapter-node")) return built;
  const major = pkg.major("@sveltejs/kit");
  const adapter = major === undefined ? "" : ({ 1: "@1", 2: "@5" }[major] ?? "");
  return {
    ...built,
    missing: `A server: only \`@sveltejs/adapter-node\` leaves one. Run \`npm install --save-dev @sveltejs/adapter-node${adapter}\`, and import it in svelte.config.js in place of the adapter that is there.`,
  };
}

const nitro = {
  means: /\.output\/server\/index\.mjs|^(nuxt|nuxi) (start|preview)/,
  web: "env NITRO_UNIX_SOCKET={socket} node .output/server/index.mjs",
  listen: "socket",
  static: { folder: ".output/public/_nuxt", url: "/_nuxt/" },
} as const;

function served(name: string, program: string): Framework {
  const files = { folder: "build/client/assets", url: "/assets/" };
  return {
    name,
    web: `${program} ./build/server/index.js`,
    means: new RegExp(`^${program} `),
    listen: "port",
    static: files,
  };
}

function astro(pkg: Package): Framework {
  const built = {
    name: "astro",
    means: /^astro preview|server\/entry\.mjs/,
    listen: "port",
    static: { folder: "dist/client/_astro", url: "/_astro/" },
  } as const;
  if (pkg.uses("@astrojs/node")) return { ...built, web: "node ./dist/server/entry.mjs" };
  return {
    ...built,
    web: "astro preview --port {port} --host 127.0.0.1",
    static: undefined,
    missing:
      "A server: without `@astrojs/node` there are only files, which `astro preview` serves. Where pages are made on request, run `npx astro add node` and set `web` to `node ./dist/server/entry.mjs`.",
  };
}

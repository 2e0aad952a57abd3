import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Makes the folder a project whose staging runs on servers of this machine, by their SSH ports: `web-1`, `web-2` and so on. */
export async function layServersProject(folder: string, ports: readonly number[]): Promise<void> {
  const list = ports.map(
    (port, index) => `{ name: "web-${index + 1}", address: "127.0.0.1", port: ${port} }`,
  );
  const config = `import { defineProject, node, servers } from ${JSON.stringify(join(import.meta.dirname, "../index.ts"))};
export default defineProject({
  name: "tiny",
  app: node({ runtime: ">=22", processes: { web: { command: ["node", "server.js"] } }, ready: { path: "/ready" } }),
  environments: { staging: { target: servers([${list.join(", ")}]) } },
});
`;
  await writeFile(join(folder, "package.json"), '{"type":"module"}');
  await writeFile(join(folder, "cozy.config.ts"), config);
}

/** Nobody listens here, and no program of a test that asks for any free port gets it. */
export const closedPort = 1;

/** Runs cozy from its sources in a folder that is its user's home as well. An aborted signal kills it. */
export async function cozyFromSources(
  cwd: string,
  words: readonly string[],
  more: { readonly env?: Readonly<Record<string, string>>; readonly signal?: AbortSignal } = {},
) {
  const child = spawn(process.execPath, [join(import.meta.dirname, "../main.ts"), ...words], {
    cwd,
    env: { PATH: process.env["PATH"], HOME: cwd, ...more.env },
    stdio: ["ignore", "pipe", "pipe"],
    killSignal: "SIGKILL",
    ...(more.signal === undefined ? {} : { signal: more.signal }),
  });
  const [stdout, stderr, code] = await Promise.all([
    child.stdout.toArray().then((parts) => parts.join("")),
    child.stderr.toArray().then((parts) => parts.join("")),
    new Promise((resolve, reject) => {
      child.once("close", resolve);
      child.once("error", reject);
    }),
  ]);
  return { code, stdout, stderr };
}

import { execFile, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { catchAllFile, catchAllFolder } from "../catch-all.ts";
import { siteFiles } from "../site.ts";
import { passwordFile, siteFolder, type SiteFacts } from "../site-facts.ts";
import { versionsIn, type NginxVersions } from "../versions.ts";

const program = "/usr/sbin/nginx";

/** Debian's nginx; `undefined` where this machine has none. */
export function nginxHere(): NginxVersions | undefined {
  const { stdout, stderr } = spawnSync(program, ["-V"], { encoding: "utf8" });
  return versionsIn(`${stdout ?? ""}${stderr ?? ""}`);
}

/** Writes the site into its folder, with the folders, the certificate and the files that it names. */
export async function laySite(
  folder: string,
  facts: SiteFacts,
  others: readonly SiteFacts[] = [],
): Promise<string> {
  const sites = [facts, ...others];
  const files = [...sites.flatMap((site) => siteFiles(site)), catchAllFile(facts)];
  for (const { layout, places } of sites) {
    const { paths } = layout;
    for (const made of [paths.logs, paths.run, paths.static, paths.media, layout.run, places.acme]) {
      await mkdir(made, { recursive: true });
    }
  }
  await mkdir(catchAllFolder(facts.places), { recursive: true });
  for (const { path, text } of files) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  for (const site of sites) {
    await mkdir(siteFolder(site), { recursive: true });
    await writeFile(passwordFile(site), "team:{PLAIN}open\n", { flag: "a" });
    await selfSigned(site);
  }
  const config = join(folder, "nginx.conf");
  await writeFile(
    config,
    mainConfig(folder, [facts.places.catchAll, ...sites.map(({ layout }) => layout.nginxSite)]),
  );
  return config;
}

/** `nginx -t`; what it said where it found fault. */
export function testConfig(config: string): string | undefined {
  const { status, stderr } = spawnSync(program, ["-t", "-q", "-e", "stderr", "-c", config], {
    encoding: "utf8",
  });
  return status === 0 && stderr === "" ? undefined : stderr;
}

/** Starts nginx in the foreground; ends with the process that started it only by `stopNginx`. */
export async function startNginx(config: string): Promise<ChildProcess> {
  const child = spawn(program, ["-e", "stderr", "-c", config], { stdio: ["ignore", "inherit", "inherit"] });
  await once(child, "spawn");
  return child;
}

export async function stopNginx(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}

/** As Debian's own file, but for what is private here. */
function mainConfig(folder: string, includes: readonly string[]): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return [
    ...(process.getuid?.() === 0 ? ["user root;"] : []),
    "daemon off;",
    "worker_processes 2;",
    `pid ${join(folder, "nginx.pid")};`,
    `error_log ${join(folder, "error.log")};`,
    "events { worker_connections 768; }",
    "http {",
    "  include /etc/nginx/mime.types;",
    "  default_type application/octet-stream;",
    "  ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;",
    "  access_log off;",
    "  gzip on;",
    ...temporary.map((name) => `  ${name}_temp_path ${join(folder, `temp-${name}`)};`),
    ...includes.map((path) => `  include ${path};`),
    "}",
    "",
  ].join("\n");
}

async function selfSigned({ layout, domains }: SiteFacts): Promise<void> {
  if (domains === undefined) return;
  await mkdir(layout.certificates, { recursive: true });
  const files = [
    "-keyout",
    join(layout.certificates, "key.pem"),
    "-out",
    join(layout.certificates, "chain.pem"),
  ];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const names = [domains.canonical, ...domains.redirects].map((name) => `DNS:${name}`).join(",");
  const subject = ["-subj", "/CN=site", "-addext", `subjectAltName=${names}`, "-days", "30"];
  const child = execFile("openssl", ["req", "-x509", ...key, ...files, ...subject]);
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error("openssl made no certificate");
}

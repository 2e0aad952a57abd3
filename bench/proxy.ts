/*
 * The embedded proxy against nginx, in one run: `node bench/proxy.ts [rounds] [seconds]`. Needs wrk and nginx.
 *
 * Both forward to the same Node instance on a unix socket by the same route table, set the bucket's cookie, put on the forwarding
 * headers and write a JSON access log. nginx runs one worker without upstream keepalive, as the route table wants it (pooled connections
 * would go on to an old instance after a switch). Rounds alternate, so that what else the machine does falls on both.
 */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { proxyCommand } from "../src/routing/proxy-command.ts";
import { proxyState } from "../src/routing/proxy-control.ts";
import { proxySettings, writeProxySettings } from "../src/routing/proxy-settings.ts";
import { ensureProofToken } from "../src/routing/proof-token.ts";
import { bucketName } from "../src/routing/route-table.ts";
import { spread } from "../src/routing/spread.ts";
import { putIntoForce, writeTable } from "../src/routing/table-files.ts";
import { buildProxy } from "./proxy-build.ts";
import { childrenOf, privateMemory, processorMs } from "./proxy-memory.ts";

const run = promisify(execFile);
const [rounds = 5, seconds = 4] = process.argv.slice(2).map(Number);
const folder = await mkdtemp(join(tmpdir(), "cb-"));
const runFolder = join(folder, "run");
const children: ChildProcess[] = [];
try {
  await measure();
} finally {
  for (const child of children) {
    child.kill("SIGTERM");
    if (child.exitCode === null) await once(child, "exit");
  }
  await rm(folder, { recursive: true });
}

async function measure(): Promise<void> {
  const instance = await startInstance();
  await writeTable(runFolder, {
    format: 1,
    number: 1,
    sockets: spread([{ hundredths: 100, sockets: [instance] }]),
  });
  await putIntoForce(runFolder, 1, Date.now());
  const proxy = await startProxy();
  const nginx = await startNginx();
  console.log(`cores ${availableParallelism()}, wrk -t1 -c32 -d${seconds}s, ${rounds} rounds, alternating`);
  console.log(`proxy before its first request: ${memory(proxy.pid)}`);

  const ratios: number[] = [];
  await load(proxy.url, 2);
  await load(nginx, 1);
  const spent = new Map<string, Spent>();
  for (let round = 1; round <= rounds; round++) {
    const order = round % 2 === 1 ? [proxy.url, nginx] : [nginx, proxy.url];
    const rates = new Map<string, number>();
    for (const url of order) rates.set(url, await measured(url, spent));
    const [ours = 0, theirs = 0] = [rates.get(proxy.url), rates.get(nginx)];
    ratios.push(ours / theirs);
    console.log(
      `round ${round}: proxy ${ours.toFixed(0)}/s, nginx ${theirs.toFixed(0)}/s, ratio ${(ours / theirs).toFixed(2)}`,
    );
  }
  const sorted = ratios.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  console.log(
    `ratio, median of ${rounds}: ${median.toFixed(2)} (from ${sorted[0]?.toFixed(2)} to ${sorted.at(-1)?.toFixed(2)})`,
  );
  for (const [url, { ms, requests }] of spent) {
    const each = ((ms / requests) * 1000).toFixed(1);
    console.log(
      `${url === nginx ? "nginx" : "proxy"} and instance together: ${each} µs of processor time a request`,
    );
  }
  await setTimeout(8_000);
  console.log(`proxy idle after the load: ${memory(proxy.pid)}`);
}

interface Spent {
  ms: number;
  requests: number;
}

/** A round of load; adds what it took of the processors to `spent`. */
async function measured(url: string, spent: Map<string, Spent>): Promise<number> {
  const used = () => pids().reduce((sum, pid) => sum + processorMs(pid), 0);
  const before = used();
  const rate = await load(url, seconds);
  const sum = spent.get(url) ?? { ms: 0, requests: 0 };
  spent.set(url, { ms: sum.ms + used() - before, requests: sum.requests + rate * seconds });
  return rate;
}

/** All that a request goes through; the idle one of the two proxies adds nothing. */
function pids(): number[] {
  const own = children.flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  return own.flatMap((pid) => [pid, ...childrenOf(pid)]);
}

function memory(pid: number): string {
  const { pssKb, rssKb } = privateMemory(pid);
  return `PSS ${(pssKb / 1024).toFixed(1)} MB, RSS ${(rssKb / 1024).toFixed(1)} MB`;
}

/** Requests a second; an answer that is not a 200 makes the figure worthless. */
async function load(url: string, forSeconds: number): Promise<number> {
  const { stdout } = await run("wrk", ["-t1", "-c32", `-d${forSeconds}s`, url]);
  if (/Non-2xx|Socket errors/.test(stdout))
    throw new Error(`Not every answer from ${url} was good:\n${stdout}`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
}

async function startInstance(): Promise<string> {
  const socket = join(runFolder, "release-one", "web.0.sock");
  await mkdir(join(runFolder, "release-one"), { recursive: true });
  const code = `
    const body = Buffer.from("<!doctype html>" + "x".repeat(1024));
    require("node:http").createServer((request, response) => {
      response.writeHead(200, { "Content-Type": "text/html", "Content-Length": body.length });
      response.end(body);
    }).listen(process.argv[1], () => console.log("ready"));`;
  const child = spawn(process.execPath, ["-e", code, socket], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  await once(child.stdout, "data");
  return socket;
}

async function startProxy(): Promise<{ pid: number; url: string }> {
  const agent = await buildProxy(folder);
  await ensureProofToken(join(folder, "token"));
  const settings = proxySettings({
    address: "127.0.0.1",
    port: 0,
    runFolder,
    realRunFolder: runFolder,
    controlSocket: join(runFolder, "proxy", "control.sock"),
    proofTokenFile: join(folder, "token"),
    accessLog: { file: join(folder, "access.log") },
  });
  const file = join(folder, "proxy.json");
  await writeProxySettings(file, settings);
  const [node = "", ...args] = proxyCommand(process.execPath, agent, file);
  const profile = process.env["PROFILE"] ? ["--cpu-prof", "--cpu-prof-dir", process.env["PROFILE"]] : [];
  const child = spawn(node, [...profile, ...args], { stdio: ["ignore", "inherit", "ignore"] });
  children.push(child);
  const signal = AbortSignal.timeout(5_000);
  for (;;) {
    const state = await proxyState(settings.controlSocket, signal).catch(() => undefined);
    if (state) return { pid: state.pid, url: `http://127.0.0.1:${state.port}/` };
    await setTimeout(20, undefined, { signal });
  }
}

async function startNginx(): Promise<string> {
  const port = 20_000 + (process.pid % 10_000);
  const names = Array.from({ length: 100 }, (_, bucket) => bucketName(bucket));
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const text = `
    ${process.getuid?.() === 0 ? "user root;" : ""}
    worker_processes 1;
    daemon off;
    pid ${folder}/nginx.pid;
    error_log ${folder}/nginx-error.log;
    events { worker_connections 1024; }
    http {
      log_format cozy escape=json '{"time":"$time_iso8601","method":"$request_method","path":"$uri","status":$status,'
        '"ms":$request_time,"upstreamMs":"$upstream_header_time","bytes":$body_bytes_sent,"bucket":"$bucket",'
        '"address":"$remote_addr","id":"$request_id","agent":"$http_user_agent"}';
      access_log ${folder}/nginx-access.log cozy buffer=64k flush=1s;
      ${temporary.map((name) => `${name}_temp_path ${folder}/nginx-${name};`).join(" ")}
      keepalive_requests 100000000;
      split_clients $request_id $drawn { ${names
        .slice(1)
        .map((name) => `1% ${name};`)
        .join(" ")} * 00; }
      map $cookie_cozy_bucket $bucket { "~^[0-9][0-9]$" $cookie_cozy_bucket; default $drawn; }
      map $cookie_cozy_bucket $set_cookie {
        "~^[0-9][0-9]$" "";
        default "cozy_bucket=$bucket; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax";
      }
      ${names.map((name) => `upstream b${name} { server unix:${runFolder}/routes/${name}.sock; }`).join("\n")}
      server {
        listen 127.0.0.1:${port};
        location / {
          proxy_pass http://b$bucket;
          proxy_http_version 1.1;
          proxy_set_header Host $host;
          proxy_set_header X-Request-Id $request_id;
          proxy_set_header X-Real-IP $remote_addr;
          proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
          proxy_set_header X-Forwarded-Proto $scheme;
          proxy_set_header X-Forwarded-Host $host;
          proxy_set_header X-Forwarded-Port $server_port;
          add_header Set-Cookie $set_cookie;
        }
      }
    }`;
  await writeFile(join(folder, "nginx.conf"), text);
  children.push(spawn("nginx", ["-p", folder, "-c", join(folder, "nginx.conf")], { stdio: "inherit" }));
  await setTimeout(500);
  return `http://127.0.0.1:${port}/`;
}

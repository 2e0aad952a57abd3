import { request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http";
import { request as httpsRequest } from "node:https";
import type { ChildProcess } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "../../testing/ask.ts";
import { Stage, until } from "../../testing/stage.ts";
import { nginxProxy } from "../nginx-proxy.ts";
import type { Proxy } from "../../proxy-port.ts";
import { Secret } from "../../../secrets/secret.ts";
import { passwordLine } from "../password-hash.ts";
import { probeHash } from "../site.ts";
import { debianPlaces, passwordFile, type SiteFacts } from "../site-facts.ts";
import { factsIn } from "./facts.ts";
import { laySite, nginxHere, startNginx, stopNginx } from "./private-nginx.ts";

/** Instances with a route table, and a real nginx before them with a site that ends TLS (`cozywish.com`) and further ones. */
export class NginxStage {
  readonly stage: Stage;
  readonly facts: SiteFacts;
  readonly proxy: Proxy;
  readonly token: string;
  readonly #nginx: ChildProcess;

  /** `others` are sites of their own names beside the first one, over the same instances. */
  static async open(
    overrides: Partial<SiteFacts> = {},
    others: readonly ((facts: SiteFacts) => SiteFacts)[] = [],
  ): Promise<NginxStage> {
    const stage = await Stage.open();
    const token = await readFile(join(stage.folder, "token"), "utf8");
    const [http, https] = [(await freePort()).port, (await freePort()).port];
    const facts = factsIn(stage.folder, {
      ...overrides,
      versions: nginxHere(),
      ipv6: false,
      probeHash: probeHash(token),
      places: {
        ...debianPlaces,
        config: join(stage.folder, "cozy"),
        catchAll: join(stage.folder, "catch-all.conf"),
        acme: join(stage.folder, "acme"),
        leaving: join(stage.folder, "leaving"),
        ports: { http, https },
      },
    });
    const further = others.map((change) => change(facts));
    const config = await laySite(stage.folder, facts, further);
    for (const site of [facts, ...further]) {
      await writeFile(passwordFile(site), passwordLine(site.layout.id, "team", new Secret("open")));
    }
    const nginx = await startNginx(config);
    const opened = new NginxStage(stage, facts, token, nginx);
    await until(
      async () =>
        (await opened.ask("http", "/", { headers: { host: "nobody.test" } }).catch(isHangUp)) !== undefined,
    );
    return opened;
  }

  private constructor(stage: Stage, facts: SiteFacts, token: string, nginx: ChildProcess) {
    this.stage = stage;
    this.facts = facts;
    this.token = token;
    this.#nginx = nginx;
    this.proxy = this.proxyOf(facts);
  }

  proxyOf({ layout }: SiteFacts): Proxy {
    return nginxProxy({
      environment: "production",
      layout,
      tokenFile: join(this.stage.folder, "token"),
      pidFile: join(this.stage.folder, "nginx.pid"),
      now: () => Date.now(),
    });
  }

  /** One request on a connection of its own, to the canonical name unless told otherwise. */
  async ask(scheme: "http" | "https", path: string, question: SiteQuestion = {}): Promise<SiteAnswered> {
    const { promise, resolve, reject } = Promise.withResolvers<SiteAnswered>();
    const { method, body } = question;
    const headers = { host: this.facts.domains?.canonical ?? "site.test", ...question.headers };
    const options = { host: "127.0.0.1", path, method, headers, agent: false, timeout: 10_000 } as const;
    const { ports } = this.facts.places;
    const asked =
      scheme === "https"
        ? httpsRequest({ ...options, port: ports.https, servername: headers.host, rejectUnauthorized: false })
        : httpRequest({ ...options, port: ports.http });
    asked.on("timeout", () => asked.destroy(new Error("no answer in 10 s"))).on("error", reject);
    asked.on("response", (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part)).on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(parts).toString("latin1"),
        }),
      );
    });
    asked.end(body);
    return await promise;
  }

  /** The access log as everything else reads it. */
  async log() {
    const text = await readFile(join(this.facts.layout.paths.logs, "access.log"), "utf8");
    return text
      .trim()
      .split("\n")
      .map((line) => this.proxy.parseLine(line));
  }

  async dispose(): Promise<void> {
    await stopNginx(this.#nginx);
    await this.stage.dispose();
  }
}

export interface SiteQuestion {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders & { readonly host?: string };
  readonly body?: string | Buffer;
}

export interface SiteAnswered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** The catch-all closes the connection: that is how it answers. */
function isHangUp(error: unknown): true | undefined {
  return error instanceof Error && "code" in error && error.code === "ECONNRESET" ? true : undefined;
}

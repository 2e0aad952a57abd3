import { once } from "node:events";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mayBeLeftOut } from "../../../test/support/may-be-left-out.ts";
import type { RouteTable } from "../route-table.ts";
import { closedSocket } from "../route-table.ts";
import { startLoad } from "../testing/load.ts";
import { until } from "../testing/stage.ts";
import { siteFiles } from "./site.ts";
import { NginxStage } from "./testing/nginx-stage.ts";
import { nginxHere } from "./testing/private-nginx.ts";

const check = { path: "/", status: 200, headers: {} };
const settings = { address: "", port: 443, staticUrl: "/static/", mediaUrl: "/media/" };

describe.skipIf(mayBeLeftOut(nginxHere() === undefined))("nginx as the proxy", () => {
  let nginx: NginxStage;
  // Each test has its own limit: one of all of them together would pass on a busy machine.
  const signal = new AbortController().signal;
  const table = (): Promise<RouteTable> => nginx.stage.table();

  beforeEach(async () => {
    nginx = await NginxStage.open({
      domains: { canonical: "plain.test", redirects: [], certificate: { kind: "none" } },
    });
    await nginx.stage.instance("r1", 0);
    await nginx.stage.routeTo("r1");
  }, 30_000);

  afterEach(() => nginx.dispose());

  it("switches under load without losing a request, and logs who answered each", async () => {
    await nginx.stage.instance("r2", 0);
    const answered = new Map<string, number>();
    const load = startLoad({
      url: `http://127.0.0.1:${nginx.facts.places.ports.http}/?token=secret`,
      connections: 8,
      headers: { host: "plain.test" },
      check: ({ status, text }) => {
        answered.set(text, (answered.get(text) ?? 0) + 1);
        return status === 200 ? undefined : `status ${status}`;
      },
    });
    for (let nth = 0; nth < 20; nth++) {
      await nginx.stage.routeTo(nth % 2 === 0 ? "r2" : "r1");
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    await until(() => load.result().sent > 1_000);
    const { sent, failed, errors } = await load.stop();
    expect([failed, errors]).toEqual([0, []]);
    expect(await nginx.proxy.writtenLog(signal)).toEqual({ whole: true });
    const lines = await nginx.log();
    expect(lines.length).toBe(sent);
    expect(await readFile(join(nginx.facts.layout.paths.logs, "access.log"), "utf8")).not.toContain("secret");
    for (const release of ["r1", "r2"]) {
      const logged = lines.filter((line) => line?.release === release).length;
      expect(Math.abs(logged - (answered.get(`${release}/0`) ?? 0))).toBeLessThan(3);
    }
    const newest = lines.findLast((line) => line !== undefined);
    expect(newest).toMatchObject({
      format: 1,
      method: "GET",
      path: "/",
      query: true,
      status: 200,
      instance: "web.0",
    });
    expect(Math.abs(Date.parse(newest?.time ?? "") - Date.now())).toBeLessThan(60_000);
    expect(newest?.upstreamMs).toBeGreaterThanOrEqual(0);
    expect(newest?.error).toBeUndefined();
  });

  it("tries what could not be sent on a mate, and repeats no POST", async () => {
    const mate = await nginx.stage.instance("r1", 1);
    await nginx.stage.routeTo("r1", 2);
    const answers = await Promise.all(Array.from({ length: 100 }, (_, bucket) => posts(bucket)));
    expect(new Set(answers)).toEqual(new Set(["0"]));
    mate.kill("SIGKILL");
    await once(mate, "exit");
    const sent = await Promise.all(Array.from({ length: 100 }, (_, bucket) => asked("/", bucket, "POST")));
    expect(new Set(sent.map(({ text }) => text))).toEqual(new Set(["r1/0"]));
    expect(sent.filter(({ headers }) => String(headers["x-cozy-tried"]).includes("mate")).length).toBe(50);
    await nginx.proxy.writtenLog(signal);
    const lines = (await nginx.log()).filter((line) => line?.method === "POST");
    expect(lines.filter((line) => line?.tries === 2)).toHaveLength(50);
    expect(new Set(lines.map((line) => line?.instance))).toEqual(new Set(["web.0"]));
    // Now both lead to the same: it hangs up on what it was sent, and counts.
    await nginx.stage.routeTo("r1");
    expect((await asked("/hang-up", 7, "POST")).status).toBe(502);
    expect(await posts(7)).toBe("1");
    expect((await asked("/hang-up", 7, "GET")).status).toBe(502);
    expect(await posts(7)).toBe("3");
  });

  it("shows a release that nobody answers for, and one that nobody is let in to", async () => {
    await nginx.stage.route({ hundredths: 100, sockets: [nginx.stage.socket("gone")] });
    const gone = await nginx.ask("http", "/page");
    expect([gone.status, gone.headers["retry-after"]]).toEqual([502, "5"]);
    await nginx.stage.route({ hundredths: 100, sockets: [join(nginx.stage.run, closedSocket)] });
    const closed = await nginx.ask("http", "/page");
    expect([closed.status, closed.headers["retry-after"]]).toEqual([503, "5"]);
    expect(closed.text).toContain("No release serves this site");
    // The line is written when the client has its answer.
    await nginx.proxy.writtenLog(signal);
    const lines = (await nginx.log()).filter((line) => line?.path === "/page");
    expect(lines).toMatchObject([
      { status: 502, release: "gone", instance: "web.0", table: 2, tries: 2, error: "no instance answered" },
      { status: 503, table: 3, error: "no instance answered" },
    ]);
    expect(lines[1]?.release).toBeUndefined();
  });

  it("proves each instance of the table, through its own port", async () => {
    await nginx.stage.instance("r1", 1);
    await nginx.stage.routeTo("r1", 2);
    expect(await nginx.proxy.prove({ table: await table(), check }, signal)).toEqual({
      served: { r1: 2 },
      failures: [],
    });
    const other = { ...check, status: 204 };
    const { failures } = await nginx.proxy.prove({ table: await table(), check: other }, signal);
    expect(failures.toSorted((a, b) => a.localeCompare(b))).toEqual([
      "r1/web.0: 200 instead of 204",
      "r1/web.1: 200 instead of 204",
    ]);
    const later = { ...(await table()), number: 9 };
    expect((await nginx.proxy.prove({ table: later, check }, signal)).failures).toEqual([
      "the proxy serves by table 2, not by 9",
    ]);
  });

  it("proves nothing of an instance that a mate answers for", async () => {
    const mate = await nginx.stage.instance("r1", 1);
    await nginx.stage.routeTo("r1", 2);
    mate.kill("SIGKILL");
    await once(mate, "exit");
    expect(await nginx.proxy.prove({ table: await table(), check }, signal)).toEqual({
      served: { r1: 1 },
      failures: ["r1/web.1: r1/web.0 answered in its place"],
    });
  });

  it("counts what is in flight by instance", async () => {
    const inFlight = () => nginx.proxy.inFlight(signal);
    expect(await inFlight()).toEqual({});
    const waiting = nginx.ask("http", "/wait").catch(() => {});
    await until(async () => (await inFlight())["r1/web.0.sock"]?.requests === 1);
    expect(await inFlight()).toEqual({ "r1/web.0.sock": { requests: 1, streams: 0 } });
    await nginx.dispose();
    await waiting;
    expect(await inFlight()).toEqual({});
  });

  it("says which table is in use, and none where nginx does not run", async () => {
    expect(await nginx.proxy.tableInUse(signal)).toBe(1);
    await nginx.stage.routeTo("r1");
    expect(await nginx.proxy.tableInUse(signal)).toBe(2);
    await rm(join(nginx.stage.run, "routes"));
    expect(await nginx.proxy.tableInUse(signal)).toBe(0);
    await writeFile(join(nginx.stage.folder, "nginx.pid"), "999999999\n");
    expect(await nginx.proxy.tableInUse(signal)).toBeUndefined();
    await rm(join(nginx.stage.folder, "nginx.pid"));
    expect(await nginx.proxy.tableInUse(signal)).toBeUndefined();
  });

  it("is there when it serves the site as it was written last", async () => {
    const { facts, proxy } = nginx;
    expect(await proxy.ensure(settings, signal)).toBe("was running");
    await expect(proxy.ensure({ ...settings, staticUrl: "/assets/" }, signal)).rejects.toMatchObject({
      code: "site-out-of-date",
      message:
        'The project serves its static files at "/assets/"; nginx serves the site of cozywish-production with "/static/".',
      next: "cozy setup production",
    });
    const changed = siteFiles({ ...facts, http: { ...facts.http, maxBodyBytes: 1 } }).at(-1);
    await writeFile(facts.layout.nginxSite, changed?.text ?? "");
    await expect(proxy.ensure(settings, signal)).rejects.toMatchObject({
      code: "site-not-served",
      message: expect.stringContaining("it has not read the site's file since"),
    });
    await writeFile(facts.layout.nginxSite, "server { }\n");
    await expect(proxy.ensure(settings, signal)).rejects.toMatchObject({ code: "site-missing" });
    await rm(facts.layout.nginxSite);
    await expect(proxy.ensure(settings, signal)).rejects.toMatchObject({ code: "site-missing" });
  });

  it("is not there without nginx, nor with another token", async () => {
    await writeFile(join(nginx.stage.folder, "token"), "another one of thirty-two letters");
    await expect(nginx.proxy.ensure(settings, signal)).rejects.toMatchObject({
      code: "site-not-served",
      message: expect.stringContaining("plain.test answered 404 where"),
    });
    expect((await nginx.proxy.prove({ table: await table(), check }, signal)).failures).toEqual([
      expect.stringContaining("which is not this environment's proxy"),
    ]);
    await nginx.dispose();
  });

  async function asked(path: string, bucket: number, method: string) {
    const headers = { "x-cozy-proof": nginx.token, "x-cozy-bucket": String(bucket).padStart(2, "0") };
    return await nginx.ask("http", path, { method, headers });
  }

  async function posts(bucket: number): Promise<string> {
    return (await asked("/posts", bucket, "GET")).text;
  }
});

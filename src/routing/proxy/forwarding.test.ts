import { createHash } from "node:crypto";
import { once } from "node:events";
import { Agent, request as httpRequest } from "node:http";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ProxySettingsInput } from "../proxy-settings.ts";
import { ask, askRaw, dial } from "../testing/ask.ts";
import { Stage, until } from "../testing/stage.ts";

let stage: Stage;
/** Where nothing that is slow is waited for. */
let hasty: Stage;
beforeAll(async () => {
  [stage, hasty] = await Promise.all([
    opened(),
    opened({ requestHeadMs: 600, requestBodyMs: 400, answerMs: 900 }),
  ]);
});
afterAll(async () => {
  await Promise.all([stage.dispose(), hasty.dispose()]);
});

async function opened(timeouts: ProxySettingsInput["timeouts"] = {}): Promise<Stage> {
  const one = await Stage.open({ timeouts });
  await Promise.all([one.instance("one", 0), one.instance("one", 1)]);
  await one.routeTo("one", 2);
  await one.proxy();
  return one;
}

interface Echo {
  readonly method: string;
  readonly url: string;
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

async function echo(question: Parameters<typeof ask>[1] = {}, path = "/echo"): Promise<Echo> {
  const answer = await ask(`${stage.url}${path}`, question);
  expect(answer.status).toBe(200);
  const heard: Echo = JSON.parse(answer.text);
  return heard;
}

function header(heard: Echo, name: string): string[] {
  return heard.rawHeaders.filter((_, at) => at % 2 === 1 && heard.rawHeaders[at - 1]?.toLowerCase() === name);
}

describe("a client's bucket", () => {
  it("is drawn once, kept by a cookie and never set again", async () => {
    const first = await ask(stage.url);
    const [cookie = ""] = first.headers["set-cookie"] ?? [];
    expect(cookie).toMatch(/^cozy_bucket=\d\d; Path=\/; Max-Age=31536000; HttpOnly; SameSite=Lax$/);
    const names = new Set<string>();
    for (let nth = 0; nth < 20; nth++) {
      const again = await ask(stage.url, { headers: { Cookie: `other=1; ${cookie.split(";", 1)[0]}` } });
      expect(again.headers["set-cookie"]).toBeUndefined();
      names.add(again.text);
    }
    expect([...names]).toEqual([first.text]);
  });

  it.each(["cozy_bucket=7", "cozy_bucket=123", "cozy_bucket=ab", "not_cozy_bucket=12", "cozy_bucket="])(
    "is drawn anew for %s",
    async (cookie) => {
      const answer = await ask(stage.url, { headers: { Cookie: cookie } });
      expect(answer.headers["set-cookie"]).toHaveLength(1);
    },
  );

  it("is uniform over fresh clients", async () => {
    const counts = Array.from({ length: 100 }, () => 0);
    const draw = async () => {
      for (let nth = 0; nth < 125; nth++) {
        const [cookie = ""] = (await ask(stage.url)).headers["set-cookie"] ?? [];
        const bucket = Number(/=(\d\d);/.exec(cookie)?.[1]);
        counts[bucket] = (counts[bucket] ?? 0) + 1;
      }
    };
    await Promise.all(Array.from({ length: 8 }, draw));
    // Chi-squared with 99 degrees of freedom: above 170 once in 100,000 runs.
    const chi = counts.reduce((sum, count) => sum + (count - 10) ** 2 / 10, 0);
    expect(chi).toBeLessThan(170);
  });

  it("leads to the instance that the table names", async () => {
    const table = await stage.table();
    for (const bucket of ["00", "01", "42", "99"]) {
      const answer = await ask(stage.url, { headers: { Cookie: `cozy_bucket=${bucket}` } });
      expect(stage.socket("one", Number(answer.text.split("/")[1]))).toBe(table.sockets[Number(bucket)]);
    }
  });
});

describe("headers", () => {
  it("tell the application who asked, and how", async () => {
    const heard = await echo({ headers: { Host: "shop.example:8080", "X-Request-Id": "abc-12345" } });
    expect(header(heard, "host")).toEqual(["shop.example:8080"]);
    expect(header(heard, "x-forwarded-host")).toEqual(["shop.example:8080"]);
    expect(header(heard, "x-forwarded-port")).toEqual(["8080"]);
    expect(header(heard, "x-forwarded-proto")).toEqual(["http"]);
    expect(header(heard, "x-forwarded-for")).toEqual(["127.0.0.1"]);
    expect(header(heard, "x-real-ip")).toEqual(["127.0.0.1"]);
    expect(header(heard, "x-request-id")).toEqual(["abc-12345"]);
  });

  it("go on from a trusted peer", async () => {
    const heard = await echo({
      headers: {
        "X-Forwarded-For": "203.0.113.9",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "www.example",
        "X-Real-IP": "6.6.6.6",
      },
    });
    expect(header(heard, "x-forwarded-for")).toEqual(["203.0.113.9, 127.0.0.1"]);
    expect(header(heard, "x-real-ip")).toEqual(["203.0.113.9"]);
    expect(header(heard, "x-forwarded-proto")).toEqual(["https"]);
    expect(header(heard, "x-forwarded-host")).toEqual(["www.example"]);
    expect(header(heard, "x-forwarded-port")).toEqual(["443"]);
  });

  it("that are cozy's own, hop-by-hop or disguised with an underscore stay here", async () => {
    const heard = await echo({
      headers: {
        Connection: "keep-alive, X-Secret, X-Real-IP",
        "X-Secret": "1",
        "X-Cozy-Release": "forged",
        "X-Cozy-Bucket": "12",
        "X-Cozy-Proof": "guess",
        X_Forwarded_For: "6.6.6.6",
        TE: "trailers",
        "X-Request-Id": 'not"sane\\',
        "X-Kept": "yes",
      },
    });
    const names = heard.rawHeaders.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase());
    expect(names).toContain("x-kept");
    for (const gone of [
      "x-secret",
      "x-cozy-release",
      "x-cozy-bucket",
      "x-cozy-proof",
      "x_forwarded_for",
      "te",
    ]) {
      expect(names).not.toContain(gone);
    }
    expect(header(heard, "x-real-ip")).toEqual(["127.0.0.1"]);
    expect(header(heard, "x-request-id")[0]).toMatch(/^[0-9a-f]{18}-[0-9a-z]+$/);
  });

  it("come back, repeated ones too", async () => {
    const answer = await ask(`${stage.url}/echo`, { headers: { Cookie: "cozy_bucket=01" } });
    expect(answer.headers["set-cookie"]).toEqual(["a=1", "b=2"]);
    expect(answer.headers["content-type"]).toBe("application/json");
    expect(answer.headers["x-cozy-release"]).toBeUndefined();
  });
});

describe("methods and bodies", () => {
  it("pass every method and the query on", async () => {
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"]) {
      expect(await echo({ method }, "/echo?a=b&c=%20d")).toMatchObject({ method, url: "/echo?a=b&c=%20d" });
    }
  });

  it("answer HEAD without a body", async () => {
    const answer = await ask(stage.url, { method: "HEAD" });
    expect(answer).toMatchObject({ status: 200, text: "" });
  });

  it.each(["POST", "GET", "DELETE"])(
    "carry a body of a known length and one in chunks with %s",
    async (method) => {
      const body = "x".repeat(200_000);
      const hash = createHash("sha256").update(body).digest("hex");
      expect((await echo({ method, body, headers: { "Content-Length": body.length } })).body).toBe(hash);
      expect((await echo({ method, body, headers: { "Transfer-Encoding": "chunked" } })).body).toBe(hash);
    },
  );

  it("say 100 Continue when the instance is there to take the body", async () => {
    const asked = httpRequest(`${stage.url}/echo`, {
      method: "POST",
      headers: { Expect: "100-continue", "Content-Length": 5 },
      agent: false,
    });
    asked.flushHeaders();
    await once(asked, "continue");
    asked.end("hello");
    const [response] = await once(asked, "response");
    expect(response.statusCode).toBe(200);
    response.resume();
  });

  it("stream an upload of 50 MB without holding it in memory", async () => {
    const part = Buffer.alloc(1024 * 1024, "u");
    const pid = (await stage.state()).pid;
    const before = await stage.rssBytes(pid);
    let peak = 0;
    const asked = httpRequest(`${stage.url}/upload`, { method: "POST", agent: false });
    for (let nth = 0; nth < 50; nth++) {
      if (!asked.write(part)) await once(asked, "drain");
      peak = Math.max(peak, await stage.rssBytes(pid));
    }
    asked.end();
    const [response] = await once(asked, "response");
    let text = "";
    for await (const chunk of response) text += String(chunk);
    expect(text.split(" ")[0]).toBe(String(50 * 1024 * 1024));
    expect(peak - before).toBeLessThan(40 * 1024 * 1024);
  });

  it("give an early refusal of a large upload to the client, whatever of the body is on its way", async () => {
    for (let nth = 0; nth < 20; nth++) {
      const agent = new Agent({ keepAlive: true });
      const asked = httpRequest(`${stage.url}/too-large`, { method: "POST", agent });
      asked.on("error", () => {});
      const sending = setInterval(() => asked.write(Buffer.alloc(256 * 1024)), 1);
      const [response] = await once(asked, "response");
      clearInterval(sending);
      expect(response.statusCode).toBe(413);
      response.resume();
      asked.destroy();
    }
  });

  it("hand out an event stream as it comes", async () => {
    const asked = httpRequest(`${stage.url}/events`, { agent: false }).end();
    const [response] = await once(asked, "response");
    // It has no end, so that a proxy that waited for one would hand out nothing.
    await once(response, "data");
    await once(response, "data");
    await until(async () => (await stage.allInFlight()).streams === 1);
    asked.destroy();
    await until(async () => (await stage.allInFlight()).streams === 0);
    const line = await stage.lineOf("/events");
    expect(line).toMatchObject({ stream: "event-stream", aborted: true });
  });
});

describe("clients that misbehave", () => {
  it.each([
    [
      "two lengths of different size",
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    ],
    [
      "a length and chunks",
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
    [
      "an unknown transfer encoding",
      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    ],
    ["a space before the colon", "GET /echo HTTP/1.1\r\nHost : a\r\n\r\n"],
    ["no Host", "GET /echo HTTP/1.1\r\n\r\n"],
    ["two Hosts", "GET /echo HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"],
    ["a bare line feed in a header", "GET /echo HTTP/1.1\r\nHost: a\r\nX: b\nX-Forwarded-For: 1\r\n\r\n"],
    ["a target that is no path", "GET echo HTTP/1.1\r\nHost: a\r\n\r\n"],
  ])("get 400 for %s", async (_, text) => {
    expect(await askRaw(stage.port, text)).toMatch(/^HTTP\/1\.1 400 /);
  });

  it("get 431 for a head without end", async () => {
    const text = `GET / HTTP/1.1\r\nHost: a\r\n${"X-Filler: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n".repeat(1_000)}`;
    expect(await askRaw(stage.port, text)).toMatch(/^HTTP\/1\.1 431 /);
  });

  it("are answered by the host of a whole address", async () => {
    const text = "GET http://other.example/echo?q HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    const back = await askRaw(stage.port, text);
    expect(back).toContain("other.example");
    expect(back).toContain('"url":"/echo?q"');
  });

  it("lose the connection when a head drips in too slowly", async () => {
    const socket = await dial(hasty.port);
    let back = "";
    socket.setEncoding("latin1").on("data", (chunk: string) => (back += chunk));
    socket.write("GET / HTTP/1.1\r\n");
    const drip = setInterval(() => socket.write("X: y\r\n"), 50);
    await once(socket, "close");
    clearInterval(drip);
    expect(back).toMatch(/^HTTP\/1\.1 408 /);
  });

  it("get 408 when a body stops", async () => {
    const back = await askRaw(
      hasty.port,
      "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nonly the beginning",
    );
    expect(back).toMatch(/^HTTP\/1\.1 408 /);
    await until(async () => (await hasty.allInFlight()).requests === 0);
  });

  it("take their request to the instance with them when they go away", async () => {
    const asked = httpRequest(`${stage.url}/wait`, { agent: false }).end();
    asked.on("error", () => {});
    await until(async () => (await stage.allInFlight()).requests === 1);
    asked.destroy();
    await until(() => stage.instanceOutput.includes("gone true"));
    await until(async () => (await stage.allInFlight()).requests === 0);
    const line = await stage.lineOf("/wait");
    expect(line).toMatchObject({ status: 499, aborted: true });
  });

  it("that read slowly hold the instance back, and not the proxy's memory", async () => {
    const socket = await dial(stage.port);
    socket.pause();
    const { pid } = await stage.state();
    const before = await stage.rssBytes(pid);
    socket.write("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
    await setTimeout(400);
    expect((await stage.rssBytes(pid)) - before).toBeLessThan(40 * 1024 * 1024);
    socket.destroy();
    await until(async () => (await stage.allInFlight()).requests === 0);
  });
});

describe("an instance that is slow to answer", () => {
  it("gets 504 for it", async () => {
    expect((await ask(`${hasty.url}/never`)).status).toBe(504);
  });
});

describe("the access log", () => {
  it("has a line a request, without the query", async () => {
    const named = 'a "quoted" \u00fc';
    await ask(`${stage.url}/echo?token=secret`, {
      headers: { "User-Agent": named, Cookie: "cozy_bucket=33" },
    });
    const line = (await stage.log((all) => all.at(-1)?.agent === named)).at(-1);
    expect(line).toMatchObject({
      format: 1,
      method: "GET",
      query: true,
      status: 200,
      bucket: "33",
      table: 1,
      release: "one",
      address: "127.0.0.1",
      path: "/echo",
      agent: named,
    });
    expect(line?.instance).toMatch(/^web\.[01]$/);
    expect(line?.ms).toBeGreaterThanOrEqual(line?.upstreamMs ?? Infinity);
    expect(JSON.stringify(line)).not.toContain("secret");
  });
});

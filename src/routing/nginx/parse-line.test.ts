import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseNginxLine, type WhoAnswered } from "./parse-line.ts";

const who: WhoAnswered = (table, bucket, tries) =>
  table === 7 ? { release: `r${bucket}`, instance: `web.${tries - 1}` } : undefined;
const line = {
  format: "nginx-1",
  end: 1_795_874_400.25,
  seconds: 0.2,
  method: "GET",
  path: "/venues/7",
  query: true,
  status: 200,
  bytes: 512,
  whole: "OK",
  address: "192.0.2.1",
  id: "abcdefgh",
  agent: "curl",
  probe: 0,
  bucket: "05",
  table: "/var/lib/cozy/environments/a/run/tables/7",
  tried: "unix:/run/a/routes/05.sock",
  head: "0.150",
  flow: "",
};
const parsed = (changes: object = {}) => parseNginxLine(JSON.stringify({ ...line, ...changes }), who);

describe("parseNginxLine", () => {
  it("reads a whole answer of an instance", () => {
    expect(parsed()).toEqual({
      format: 1,
      time: new Date(1_795_874_400_050).toISOString(),
      method: "GET",
      path: "/venues/7",
      query: true,
      status: 200,
      ms: 200,
      upstreamMs: 150,
      bytes: 512,
      bucket: "05",
      table: 7,
      release: "r05",
      instance: "web.0",
      address: "192.0.2.1",
      id: "abcdefgh",
      agent: "curl",
    });
  });

  it.each([
    ["a probe", { probe: 1 }, { probe: true }],
    [
      "a closed site",
      { status: 503, head: "", tried: "", closed: "maintenance" },
      { status: 503, maintenance: true, error: undefined, release: undefined },
    ],
    [
      "an answer of the application's own",
      { status: 503, closed: "" },
      { maintenance: undefined, release: "r05" },
    ],
    [
      "a site that waits for its certificate",
      { status: 503, head: "", tried: "", closed: "no certificate" },
      { maintenance: undefined, error: "nginx answered 503 itself" },
    ],
    [
      "a second try",
      { tried: "unix:/a, unix:/b", head: "-, 0.010" },
      { tries: 2, instance: "web.1", upstreamMs: 10 },
    ],
    [
      "a dead instance",
      { status: 502, head: "-, -", tried: "unix:/a, unix:/b" },
      { error: "no instance answered", release: "r05" },
    ],
    [
      "an instance that takes too long",
      { status: 504, head: "-" },
      { error: "no answer in time", release: "r05" },
    ],
    ["the application's own failure", { status: 500 }, { error: undefined, release: "r05" }],
    [
      "a refusal of nginx's",
      { status: 429, tried: "", head: "" },
      { error: "nginx answered 429 itself", release: undefined },
    ],
    [
      "a client that left",
      { status: 499, whole: "", head: "-" },
      { aborted: true, error: undefined, upstreamMs: undefined },
    ],
    ["an answer that was not all", { whole: "" }, { aborted: true, upstreamMs: 150 }],
    [
      "a stream that ended",
      { status: 101, flow: "websocket", whole: "" },
      { stream: "websocket", aborted: undefined },
    ],
    ["a table that is gone", { table: "/x/tables/6" }, { table: 6, release: undefined }],
    ["no table", { table: "" }, { table: undefined, release: undefined }],
  ])("reads %s", (_, changes, expected) => {
    const result = parsed(changes);
    const told = Object.fromEntries(Object.keys(expected).map((name) => [name, Object(result)[name]]));
    expect(told).toEqual(expected);
  });

  it("reads a file's line", () => {
    const { bucket: _b, table: _t, tried: _r, head: _h, flow: _f, ...common } = line;
    const file = parseNginxLine(JSON.stringify({ ...common, files: "static" }), who);
    expect(file).toMatchObject({ files: "static", status: 200, ms: 200 });
    expect(file).not.toHaveProperty("bucket");
  });

  it("knows what is no line of its own, and never throws", () => {
    expect(parseNginxLine("", who)).toBeUndefined();
    expect(parseNginxLine('{"format":1}', who)).toBeUndefined();
    fc.assert(
      fc.property(
        fc.record(Object.fromEntries(Object.keys(line).map((name) => [name, fc.anything()]))),
        (some) => {
          parseNginxLine(JSON.stringify({ ...some, format: "nginx-1" }), who);
        },
      ),
    );
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(line)), fc.jsonValue(), (name, value) => {
        parsed({ [name]: value });
      }),
    );
  });
});

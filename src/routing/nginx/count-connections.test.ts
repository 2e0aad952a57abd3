import { describe, expect, it } from "vitest";
import { connectionCounter } from "./count-connections.ts";
import { parseUnixSockets, type UnixSocket } from "./unix-sockets.ts";

describe("connectionCounter", () => {
  const connected = (inode: number, path = "/run/a/r1/web.0.sock"): UnixSocket => ({
    path,
    inode,
    state: "connected",
  });

  it("takes for a stream what has been connected for 5 s", () => {
    const counter = connectionCounter(["/run/a"]);
    expect(counter.count([connected(1)], 0)).toEqual({ "r1/web.0.sock": { requests: 1, streams: 0 } });
    expect(counter.count([connected(1), connected(2)], 4_999)).toEqual({
      "r1/web.0.sock": { requests: 2, streams: 0 },
    });
    expect(counter.count([connected(1), connected(2)], 5_000)).toEqual({
      "r1/web.0.sock": { requests: 1, streams: 1 },
    });
    expect(counter.count([connected(2)], 9_999)).toEqual({ "r1/web.0.sock": { requests: 0, streams: 1 } });
    // A number that was gone is another connection when it comes back.
    expect(counter.count([], 10_000)).toEqual({});
    expect(counter.count([connected(2)], 20_000)).toEqual({ "r1/web.0.sock": { requests: 1, streams: 0 } });
  });

  it("counts by instance, whichever name of the run folder was listened by, and what waits as well", () => {
    const counter = connectionCounter(["/run/a", "/var/lib/a/run"]);
    const sockets: readonly UnixSocket[] = [
      connected(1),
      connected(2, "/var/lib/a/run/r1/web.0.sock"),
      connected(3, "/run/ab/r1/web.0.sock"),
      { path: "/run/a/r2/web.1.sock", inode: 0, state: "waiting" },
      { path: "/run/a/r2/web.1.sock", inode: 9, state: "listening" },
    ];
    expect(counter.count(sockets, 0)).toEqual({
      "r1/web.0.sock": { requests: 2, streams: 0 },
      "r2/web.1.sock": { requests: 1, streams: 0 },
    });
  });
});

describe("parseUnixSockets", () => {
  it("reads what the kernel lists", () => {
    const text = [
      "Num               RefCount Protocol Flags    Type St Inode Path",
      "ffff9a3c4b8e8c00: 00000002 00000000 00010000 0001 01 24178 /run/a/r1/web.0.sock",
      "ffff9a3c4b8e8000: 00000003 00000000 00000000 0001 03 24180 /run/a/r1/web.0.sock",
      "ffff9a3c4b8e8400: 00000003 00000000 00000000 0001 03 24181",
      "0000000000000000: 00000002 00000000 00000000 0001 02     0 /run/a/with space.sock",
      "ffff9a3c4b8e8800: 00000002 00000000 00000000 0002 01 17 /run/systemd/notify",
      "ffff9a3c4b8e8900: 00000002 00000000 00010000 0001 01 18 @abstract",
      "",
    ].join("\n");
    expect(parseUnixSockets(text)).toEqual([
      { path: "/run/a/r1/web.0.sock", inode: 24178, state: "listening" },
      { path: "/run/a/r1/web.0.sock", inode: 24180, state: "connected" },
      { path: "/run/a/with space.sock", inode: 0, state: "waiting" },
    ]);
  });
});

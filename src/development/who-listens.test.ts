import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { listeningInodes, lookAtPort, nameIn, whoListens } from "./who-listens.ts";

const table = [
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
  "   0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0",
  "   1: 0100007F:0BB8 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0",
  "   2: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0",
  "",
].join("\n");

describe("listeningInodes", () => {
  it("finds who listens on a port, not who is only connected", () => {
    expect(listeningInodes(table, 3000)).toEqual(["4711"]);
    expect(listeningInodes(table, 8080)).toEqual(["4713"]);
    expect(listeningInodes("", 3000)).toEqual([]);
  });
});

describe("nameIn", () => {
  it("tells the script of an interpreter, and nothing that may be a secret", () => {
    expect(nameIn("/usr/bin/node\0--watch\0/srv/server.js\0--token=x\0")).toBe("node server.js");
    expect(nameIn("/usr/sbin/nginx\0-g\0x\0")).toBe("nginx");
  });
});

describe("lookAtPort", () => {
  it("says who listens there, and which port is free instead", async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
    try {
      const fact = await lookAtPort(port, process.platform);
      const listener = process.platform === "linux" ? { pid: process.pid } : undefined;
      expect(fact).toMatchObject({ state: "taken", next: expect.any(Number) });
      expect((await whoListens(port, process.platform))?.pid).toBe(listener?.pid);
      expect(await whoListens(port, "win32")).toBeUndefined();
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
    expect(await lookAtPort(port, process.platform)).toEqual({ state: "free" });
  });
});

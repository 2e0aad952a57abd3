import { describe, expect, it } from "vitest";
import { servers } from "../index.ts";
import { normaliseServers } from "./normalise-servers.ts";
import { onThisMachine } from "./on-this-machine.ts";

describe("onThisMachine", () => {
  it("gives the target of an environment here", () => {
    const target = { kind: "this-machine", port: 8080, address: "127.0.0.1" } as const;
    expect(onThisMachine({ name: "local", target })).toBe(target);
  });

  it("refuses servers by their names", () => {
    const target = normaliseServers(servers(["web-1", "web-2"]), { root: "/shop", homeFolder: "/home/ada" });
    expect(() => onThisMachine({ name: "production", target })).toThrow(
      expect.objectContaining({
        code: "servers-not-here",
        message: expect.stringContaining("production runs on servers (web-1, web-2)"),
      }),
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseListener } from "./tcp-listeners.ts";

const line = (local: string, state = "0A") =>
  `   1: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0`;

describe("parseListener", () => {
  it.each([
    ["0100007F:0BB8", "127.0.0.1:3000"],
    ["00000000:1F90", "0.0.0.0:8080"],
    ["00000000000000000000000000000000:0BB8", "[::]:3000"],
    ["00000000000000000000000001000000:0BB8", "[::1]:3000"],
    ["0000000000000000FFFF00000100007F:0BB8", "127.0.0.1:3000"],
    ["B80D0120000000000000000001000000:0050", "[2001:db8::1]:80"],
  ])("%s is %s", (local, address) => {
    expect(parseListener(line(local))).toEqual({ address, inode: "4711" });
  });

  it("takes no other line", () => {
    expect(parseListener(line("0100007F:0BB8", "01"))).toBeUndefined();
    expect(parseListener("  sl  local_address rem_address   st tx_queue rx_queue")).toBeUndefined();
    fc.assert(fc.property(fc.string(), (text) => parseListener(text) === undefined));
  });
});

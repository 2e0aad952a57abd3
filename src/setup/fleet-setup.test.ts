import { expect, it } from "vitest";
import type { ErrorCode } from "../errors/catalogue.ts";
import { mayBeLeftOut } from "./fleet-setup.ts";

const hosts = ["web-1", "web-2", "web-3"].map((name) => ({ name }));
const failed = (host: string, code: ErrorCode = "host-unreachable") => ({ host, error: { code } });

it.each([
  ["one that is away, where one may be", 1, [failed("web-2")], true],
  ["one whose open connection was lost", 1, [failed("web-2", "connection-lost")], true],
  ["more than may be", 1, [failed("web-2"), failed("web-3")], false],
  ["the first host, which has the lease and the certificate", 2, [failed("web-1")], false],
  ["one that was reached and refused", 2, [failed("web-2"), failed("web-3", "setup-needs-root")], false],
  ["a builder, which is none of them", 2, [failed("build")], false],
])("goes on without %s: %s %j", (_what, atMost, all, may) => {
  expect(mayBeLeftOut({ hosts, unreachable: { kind: "go-on", atMost } }, all)).toBe(may);
});

it("goes on without nobody where that was not declared", () => {
  expect(mayBeLeftOut({ hosts, unreachable: { kind: "abort" } }, [failed("web-2")])).toBe(false);
});

import { describe, expect, it } from "vitest";
import { parseLabWords, type LabAction, type WrittenWords } from "./lab-words.ts";

const none: WrittenWords["options"] = {
  name: undefined,
  hosts: undefined,
  balancer: false,
  readyPath: undefined,
  endsTls: false,
  disk: undefined,
  delay: undefined,
  loss: undefined,
};

function parsed(
  action: LabAction,
  more: Partial<WrittenWords["options"]> = {},
  host?: string,
  rest: string[] = [],
) {
  return parseLabWords({ action, host, rest, options: { ...none, ...more } });
}

describe("the words of cozy lab", () => {
  it("count hosts or name them", () => {
    expect(parsed("up").hosts).toEqual(["host1", "host2"]);
    expect(parsed("up", { hosts: "3" }).hosts).toEqual(["host1", "host2", "host3"]);
    expect(parsed("up", { hosts: "web1,web2,db" }).hosts).toEqual(["web1", "web2", "db"]);
  });

  it("say how slow a link becomes: 50 ms where nothing is said, no delay where only a loss is", () => {
    expect(parsed("slow", {}, "a").slowness).toEqual({ delayMs: 50, lossPercent: 0 });
    expect(parsed("slow", { delay: "0.2s" }, "a").slowness).toEqual({ delayMs: 200, lossPercent: 0 });
    expect(parsed("slow", { loss: "2.5%" }, "a").slowness).toEqual({ delayMs: 0, lossPercent: 2.5 });
    expect(parsed("slow", { delay: "50ms", loss: "5" }, "a").slowness).toEqual({
      delayMs: 50,
      lossPercent: 5,
    });
  });

  it("ask for a balancer, with the path that says who is ready", () => {
    expect(parsed("up").balancer).toBeUndefined();
    expect(parsed("up", { balancer: true }).balancer).toMatchObject({ readyPath: "/" });
    expect(parsed("up", { balancer: true, readyPath: "/-/ready" }).balancer).toMatchObject({
      readyPath: "/-/ready",
      endsTls: false,
    });
    expect(parsed("up", { balancer: true, endsTls: true }).balancer).toMatchObject({ endsTls: true });
  });

  it.each<[string, () => unknown, string]>([
    ["no hosts", () => parsed("up", { hosts: "0" }), "1 to 200 hosts"],
    ["too many", () => parsed("up", { hosts: "201" }), "1 to 200 hosts"],
    ["a host twice", () => parsed("up", { hosts: "a,b,a" }), "a twice"],
    ["an empty name", () => parsed("up", { hosts: "a,,b" }), '""'],
    ["the balancer's name", () => parsed("up", { hosts: "balancer" }), "not balancer"],
    ["a lab's name with a slash", () => parsed("down", { name: "../a" }), "../a"],
    ["a delay without its unit", () => parsed("slow", { delay: "50" }, "a"), "such as 50ms"],
    ["more lost than there is", () => parsed("slow", { loss: "101%" }, "a"), "such as 5%"],
    ["a disk that nothing fits on", () => parsed("up", { disk: "10MB" }), "64MB"],
    ["a path with a space", () => parsed("up", { balancer: true, readyPath: "/a b" }), "/a b"],
    ["TLS without a balancer", () => parsed("up", { endsTls: true }), "--balancer"],
    ["a path without a balancer", () => parsed("up", { readyPath: "/a" }), "--balancer"],
    ["an option of another action", () => parsed("up", { loss: "5%" }), "cozy lab slow"],
    ["a host that is missing", () => parsed("cut"), "the name of a host"],
    ["a host too much", () => parsed("down", {}, "host1"), "host1"],
    ["a command where none counts", () => parsed("cut", {}, "a", ["true"]), "cozy lab exec"],
  ])("refuse %s", (_, parse, message) => {
    expect(parse).toThrow(
      expect.objectContaining({ code: "wrong-usage", message: expect.stringContaining(message) }),
    );
  });
});

import { describe, expect, it } from "vitest";
import { sampleCounts } from "../../promises/testing.ts";
import { sampleProject } from "../../release/testing.ts";
import { orderText, parseOrder, terminalVariablesIn, type Order } from "./order.ts";

const order: Order = {
  format: 1,
  argv: ["history", "staging", "--json"],
  project: sampleProject(),
  host: "web-1",
  who: { user: "anna", host: "laptop" },
  endsWithInput: true,
  terminal: {
    stdout: { isTTY: true, columns: 80 },
    stderr: { isTTY: false, columns: undefined },
    variables: { TERM: "xterm" },
  },
};

describe("an order", () => {
  it("arrives as it was given", () => {
    const arrived = parseOrder("order.json", orderText(order));
    expect(JSON.parse(JSON.stringify(arrived))).toEqual(JSON.parse(JSON.stringify(order)));
    expect(arrived.project.environments["staging"]?.target).toEqual(
      order.project.environments["staging"]?.target,
    );
  });

  it("brings along what other servers counted", () => {
    const span = { from: 1, to: 2 };
    const counts = sampleCounts({ requests: 3 });
    const others = {
      at: 2,
      spans: { availability: span },
      hosts: [
        { host: "web-2", since: undefined, begin: 1, availability: counts },
        { host: "web-3", why: "it can't be reached" },
      ],
    };
    const parsed = (value: unknown) => parseOrder("order.json", JSON.stringify({ ...order, others: value }));
    expect(parsed(others).others).toEqual(JSON.parse(JSON.stringify(others)));
    for (const wrong of [
      "none",
      { ...others, at: undefined },
      { ...others, spans: { availability: {} } },
      { ...others, hosts: [{ host: "web-2", availability: { ...counts, lost: undefined } }] },
      { ...others, hosts: [{ why: "nobody knows" }] },
    ]) {
      expect(() => parsed(wrong)).toThrow(expect.objectContaining({ code: "kept-file-damaged" }));
    }
  });

  it.each([
    ["of a newer format", { ...order, format: 2 }, "kept-file-newer"],
    ["without a project", { ...order, project: undefined }, "kept-file-damaged"],
    ["of nobody", { ...order, who: {} }, "kept-file-damaged"],
  ])("%s is refused", (_, wrong, code) => {
    expect(() => parseOrder("order.json", JSON.stringify(wrong))).toThrow(expect.objectContaining({ code }));
  });
});

describe("terminalVariablesIn", () => {
  it("takes nothing along but what colours and marks are chosen by", () => {
    const env = { TERM: "xterm", NO_COLOR: "1", SECRET_KEY: "s3cret", LANG: undefined };
    expect(terminalVariablesIn(env)).toEqual({ TERM: "xterm", NO_COLOR: "1" });
  });
});

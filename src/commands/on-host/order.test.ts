import { describe, expect, it } from "vitest";
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

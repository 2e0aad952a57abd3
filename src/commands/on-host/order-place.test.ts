import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { localConnection } from "../../hosts/agent/testing/local-connection.ts";
import { sampleProject } from "../../release/testing.ts";
import { cozyOnHostName } from "./bundle.ts";
import { layOrder, type OrderPlace } from "./order-place.ts";
import type { Order } from "./order.ts";

/** In the place of cozy: reads its order as that does, and goes on until it is told to end. */
const standIn = `
import { readFileSync, rmSync } from "node:fs";
const folder = process.argv[2];
process.on("exit", () => rmSync(folder, { recursive: true }));
const { host, argv } = JSON.parse(readFileSync(folder + "/order.json", "utf8"));
if (argv[0] === "wait") {
  process.on("SIGTERM", () => process.exit(7));
  setInterval(() => {}, 1000);
}
console.log(host, ...argv);
`;

const order: Order = {
  format: 1,
  argv: ["history"],
  project: sampleProject(),
  host: "web-1",
  who: { user: "anna", host: "laptop" },
  endsWithInput: false,
  terminal: {
    stdout: { isTTY: false, columns: undefined },
    stderr: { isTTY: false, columns: undefined },
    variables: {},
  },
};
const signal = new AbortController().signal;

let folder: string;
let place: OrderPlace;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozy-order-"));
  place = {
    agents: join(folder, "host", "agents"),
    orders: join(folder, "host", "orders"),
    source: {
      bundle: { hash: "0123456789abcdef", files: { [cozyOnHostName]: Buffer.from(standIn) } },
      node: { id: "node-test", file: process.execPath },
      agents: join(folder, "own"),
    },
  };
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

function start([program = "", ...words]: readonly string[]) {
  return spawn(program, words, { stdio: ["ignore", "pipe", "inherit"] });
}

describe("layOrder", () => {
  it("sends what is missing first, once, and the order is for the deployer's user alone", async () => {
    const connection = localConnection();
    const laid = await layOrder(connection, place, order, signal);
    const [name = ""] = await readdir(place.orders);
    expect((await stat(join(place.orders, name))).mode & 0o777).toBe(0o700);
    expect((await stat(join(place.orders, name, "order.json"))).mode & 0o777).toBe(0o600);

    expect(await text(start(laid.command).stdout)).toBe("web-1 history\n");
    await expect.poll(() => laid.goesOn(signal), { timeout: 20_000 }).toBe(false);
    expect(await readdir(place.orders)).toEqual([]);

    const sent = connection.asked.length;
    await layOrder(connection, place, order, signal);
    expect(connection.asked.slice(sent)).toEqual(["run"]);
  });

  it("tells what carries it out to end, and takes it well where that has ended already", async () => {
    const laid = await layOrder(localConnection(), place, { ...order, argv: ["wait"] }, signal);
    await laid.tell("TERM", signal); // nothing has begun yet
    const child = start(laid.command);
    await once(child.stdout, "data");
    expect(await laid.goesOn(signal)).toBe(true);
    const ended = once(child, "exit"); // which may be before whoever told it knows that it has
    await laid.tell("TERM", signal);
    expect(await ended).toEqual([7, null]);
    await laid.tell("TERM", signal);
  });

  it("clears away what killed deployers left for a day", async () => {
    const [old, young] = [join(place.orders, "old"), join(place.orders, "young")];
    for (const one of [old, young]) {
      await mkdir(one, { recursive: true });
      await writeFile(join(one, "order.json"), "{}");
    }
    const twoDaysAgo = Date.now() / 1000 - 2 * 86_400;
    await utimes(old, twoDaysAgo, twoDaysAgo);
    await layOrder(localConnection(), place, order, signal);
    await expect(access(old)).rejects.toThrow("ENOENT");
    await access(young);
  });
});

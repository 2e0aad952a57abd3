/** Takes part in races for a lease: reads `acquire`, `release` or `fenced` a line, answers each with one line of JSON. */
import { createInterface } from "node:readline";
import { CozyError, messageOf } from "../../errors/cozy-error.ts";
import { acquireLease, type Hold } from "../hold-lease.ts";
import { leaseFolder } from "../lease-folder.ts";
import { localLeaseKeeper } from "../local-lease-keeper.ts";
import { fenced } from "../lease-store.ts";
import { hasEnded, thisOwner } from "../process-identity.ts";

const place = { environment: "production", store: leaseFolder(process.argv[2] ?? "") };
const owner = await thisOwner({});
let hold: Hold | undefined;

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await act(line).catch((error: unknown) => ({
    error: error instanceof CozyError ? error.code : messageOf(error),
  }));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

async function act(command: string): Promise<object> {
  switch (command) {
    case "acquire":
      hold = await acquireLease(localLeaseKeeper(place, { now: Date.now, hasEnded }), {
        owner,
        purpose: { command: "deploy" },
        now: Date.now,
        hasEnded,
      });
      return { token: hold.token };
    case "fenced":
      return fenced(place, hold?.token ?? 0, async () => ({ acted: true }));
    default:
      await hold?.release();
      hold = undefined;
      return { released: true };
  }
}

import { join } from "node:path";
import { CozyError } from "../../errors/cozy-error.ts";
import { scriptExits } from "../../hosts/agent/agent-scripts.ts";
import { installAgent, lacksAgent, type AgentSource } from "../../hosts/agent/install-agent.ts";
import { serverMachinePaths } from "../../hosts/server-layout.ts";
import type { Connection } from "../../hosts/ssh/connection.ts";
import { cozyOnHostName } from "./bundle.ts";
import { orderText, type Order } from "./order.ts";
import { carryOutScript, layOrderScript, tellScript } from "./scripts.ts";

/** cozy's folders on a host, and what is sent there where it is missing. */
export interface OrderPlace {
  readonly agents: string;
  /** A folder an order that is being carried out. */
  readonly orders: string;
  readonly source: AgentSource;
}

/** An order that lies on a host, ready to be carried out. */
export interface LaidOrder {
  /** What carries it out there. */
  readonly command: readonly string[];
  /** Has the cozy that carries it out end, as that signal does. */
  tell(name: "INT" | "TERM" | "HUP", signal: AbortSignal): Promise<void>;
  /** Whether it has not come to its end. */
  goesOn(signal: AbortSignal): Promise<boolean>;
}

const quickMs = 30_000;

export function orderPlaceOn(source: AgentSource): OrderPlace {
  const { agents, home } = serverMachinePaths();
  return { agents, orders: join(home, "orders"), source };
}

/** Lays an order on a host; cozy's own code goes there first where it is not. */
export async function layOrder(
  connection: Connection,
  place: OrderPlace,
  order: Order,
  signal: AbortSignal,
): Promise<LaidOrder> {
  const { agents, orders, source } = place;
  const node = join(agents, source.node.id);
  const code = join(agents, source.bundle.hash, cozyOnHostName);
  const lay = () =>
    connection.run(
      ["/bin/sh", "-c", layOrderScript, "cozy", node, code, orders],
      { input: orderText(order), timeoutMs: quickMs },
      signal,
    );
  let laid = await lay();
  if (lacksAgent(laid.exitCode)) {
    const isNodeMissing = laid.exitCode === scriptExits.nodeMissing;
    await installAgent({ folder: agents, source }, connection, { node: isNodeMissing }, signal);
    laid = await lay();
  }
  if (laid.exitCode !== 0) throw notLaid(connection.host, orders, laid);
  const folder = laid.stdout;
  return {
    command: ["/bin/sh", "-c", carryOutScript, "cozy", node, code, folder],
    async tell(name, within) {
      await connection.run(
        ["/bin/sh", "-c", tellScript, "cozy", folder, name],
        { timeoutMs: quickMs },
        within,
      );
    },
    async goesOn(within) {
      const { exitCode } = await connection.run(["test", "-d", folder], { timeoutMs: quickMs }, within);
      return exitCode === 0;
    },
  };
}

function notLaid(
  host: string,
  orders: string,
  { exitCode, stderr }: { readonly exitCode: number | null; readonly stderr: string },
): CozyError {
  return new CozyError("agent-not-started", {
    message: `An order could not be laid in ${orders} on ${host}: it ended with ${exitCode ?? "a signal"}.`,
    state: "Nothing was carried out.",
    next: "cozy setup <environment>: it makes cozy's folder on the host.",
    details: stderr.trimEnd().split("\n").slice(-5),
  });
}

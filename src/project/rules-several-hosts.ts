import type { Draft } from "./draft.ts";
import { onServers, type DraftEnvironment, type OnServers } from "./draft-servers.ts";
import { fault, type Fault } from "./faults.ts";
import { isOwnMachine } from "./own-machine.ts";

/** What lies on one machine is not there for the others. */
export function severalHostsFaults(draft: Draft): Fault[] {
  return onServers(draft)
    .filter(({ hosts }) => hosts.length > 1)
    .flatMap((one) => [...dataIsShared(one), ...serversAreReached(one)]);
}

function dataIsShared({ at, environment, hosts }: OnServers): Fault[] {
  const { database, media, sessions } = environment;
  const many = `there are ${hosts.length} servers`;
  return [
    ...(database?.kind === "sqlite"
      ? [
          fault(
            [...at, "database"],
            `is \`sqlite()\`, and ${many}: its file lies on one of them; use \`postgres({ … })\`, or a single server`,
          ),
        ]
      : []),
    ...(media?.kind === "disk"
      ? [
          fault(
            [...at, "media"],
            `is \`disk()\`, and ${many}: a file that is uploaded to one of them is not on the others; use a single server, or have the application keep its files elsewhere`,
          ),
        ]
      : []),
    ...(sessions?.kind === "memory"
      ? [
          fault(
            [...at, "sessions"],
            `is \`memory()\`, and ${many}, each with a memory of its own: people would be signed out at random; use \`redis({ … })\`, or leave it out`,
          ),
        ]
      : []),
  ];
}

/** `localhost` is another machine on each of them. */
function serversAreReached({ at, environment, hosts }: OnServers): Fault[] {
  const lost = {
    database: "each would have data of its own",
    sessions: "people would be signed out at random",
    queue: "jobs would wait on the server that took them",
  } as const;
  return (["database", "sessions", "queue"] as const).flatMap((field) => {
    const url = urlOf(environment, field);
    if (typeof url !== "string" || !isOwnMachine(url)) return [];
    const message = `leads to the server itself, and there are ${hosts.length}: ${lost[field]}; name the one that it is on`;
    return [fault([...at, field, "url"], message)];
  });
}

function urlOf(environment: DraftEnvironment, field: "database" | "sessions" | "queue"): unknown {
  const where = environment[field];
  return where !== undefined && "url" in where ? where.url : undefined;
}

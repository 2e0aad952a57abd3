import { serviceNames, serviceVariables, type Environment } from "../../project/project.ts";

/** A Redis that an environment declares on its own host: by an address on the loopback interface. */
export interface LocalRedis {
  readonly port: number;
  /** Whether it may forget what it was not asked for lately; never where sessions or jobs are in it. */
  readonly evicts: boolean;
}

/** Pure: by port. An address that is told at deploy time only is a server of its own. */
export function localRedis({
  services,
  variables,
}: Pick<Environment, "services" | "variables">): LocalRedis[] {
  const evicts = new Map<number, boolean>();
  for (const name of serviceNames) {
    if (services[name] !== "redis") continue;
    const source = variables[serviceVariables[name]];
    const port = source?.from === "literal" ? loopbackPort(source.value) : undefined;
    if (port !== undefined) evicts.set(port, (evicts.get(port) ?? true) && name === "cache");
  }
  return [...evicts].map(([port, how]) => ({ port, evicts: how }));
}

/** The port of the server that Debian's package starts: on the loopback interface alone, and it never evicts. */
const debiansPort = 6379;

/** The unit that it runs by: Debian's own, or one of its template, which reads `/etc/redis/redis-<instance>.conf`. */
export function redisUnit({ port }: LocalRedis): string {
  return port === debiansPort ? "redis-server" : `redis-server@cozy-${port}`;
}

/** `undefined` for the server that Debian has set up. */
export function redisConfig(redis: LocalRedis): { readonly path: string; readonly text: string } | undefined {
  if (redis.port === debiansPort) return undefined;
  const instance = `cozy-${redis.port}`;
  return {
    path: `/etc/redis/redis-${instance}.conf`,
    text: [
      "# Made by `cozy setup`, which replaces it: what is changed here by hand does not stay.",
      "bind 127.0.0.1 -::1",
      "protected-mode yes",
      `port ${redis.port}`,
      `pidfile /run/redis-${instance}/redis-server.pid`,
      `dir /var/lib/redis`,
      `dbfilename ${instance}.rdb`,
      `maxmemory-policy ${redis.evicts ? "allkeys-lru" : "noeviction"}`,
      // What an eviction could forget need not outlive a restart either.
      ...(redis.evicts
        ? ['save ""', "maxmemory 256mb"]
        : ["appendonly yes", "appendfsync everysec", `appenddirname ${instance}-aof`]),
      "",
    ].join("\n"),
  };
}

function loopbackPort(address: string): number | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, hostname, port } = new URL(address);
  const isHere = ["127.0.0.1", "localhost", "[::1]"].includes(hostname);
  return protocol === "redis:" && isHere ? Number(port === "" ? 6379 : port) : undefined;
}

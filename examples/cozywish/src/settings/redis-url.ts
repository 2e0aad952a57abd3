/** The address may hold a password: never log it. */
export type RedisAddress = { kind: "redis"; url: string };

export type MemoryOrRedis = { kind: "memory" } | RedisAddress;

/** `memory:` or `redis://host:6379/0`, also `rediss:`. The messages never repeat it: it may hold a password. */
export function parseMemoryOrRedis(text: string): MemoryOrRedis {
  if (text === "memory:") return { kind: "memory" };
  const scheme = /^([a-z0-9+.-]+):/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) throw new Error("has no scheme; use memory: or redis://host:6379/0");
  if (scheme !== "redis" && scheme !== "rediss") {
    throw new Error(`the scheme ${scheme}: is not known; use memory: or redis:`);
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url?.hostname || !/^(\/\d{0,4})?$/.test(url.pathname)) {
    throw new Error(`is not an address of the form ${scheme}://:password@host:6379/0`);
  }
  return { kind: "redis", url: text };
}

/** Whether a flush of the one empties the other. */
export function isSameDatabase(one: MemoryOrRedis, other: MemoryOrRedis): boolean {
  return one.kind === "redis" && other.kind === "redis" && place(one.url) === place(other.url);
}

function place(text: string): string {
  const { hostname, port, pathname } = new URL(text);
  return `${hostname}:${port || "6379"}/${Number(pathname.slice(1))}`;
}

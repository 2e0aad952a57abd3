import { describe, expect, it } from "vitest";
import { localRedis, redisConfig, redisUnit } from "./redis.ts";

const at = (url: string) => ({ from: "literal", value: url }) as const;

describe("a Redis on the host itself", () => {
  it("is one that an address on the loopback interface leads to, once a port", () => {
    const services = { cache: "redis", sessions: "redis", queue: "redis" } as const;
    const variables = {
      CACHE_URL: at("redis://127.0.0.1:6380/1"),
      SESSIONS_URL: at("redis://localhost"),
      QUEUE_URL: at("redis://[::1]:6379/2"),
    };
    expect(localRedis({ services, variables })).toEqual([
      { port: 6380, evicts: true },
      { port: 6379, evicts: false },
    ]);
    expect(localRedis({ services: { cache: "memory" }, variables })).toEqual([]);
    expect(localRedis({ services, variables: { CACHE_URL: at("redis://cache.example.com") } })).toEqual([]);
    expect(localRedis({ services, variables: { CACHE_URL: { from: "environment", name: "X" } } })).toEqual(
      [],
    );
  });

  it("never evicts where sessions or jobs share it with a cache", () => {
    const variables = { CACHE_URL: at("redis://localhost:6380"), QUEUE_URL: at("redis://localhost:6380") };
    const [found = { port: 0, evicts: true }] = localRedis({
      services: { cache: "redis", queue: "redis" },
      variables,
    });
    expect(redisConfig(found)?.text).toContain("maxmemory-policy noeviction\nappendonly yes");
    expect(redisUnit(found)).toBe("redis-server@cozy-6380");
    expect(redisConfig({ port: 6379, evicts: false })).toBeUndefined();
  });
});

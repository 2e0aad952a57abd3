/** Values that may be lost at any time. What is kept in it must be right without it, only slower. */
export type Cache = {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string, ttlMs: number): Promise<void>;
  delete(key: string): Promise<void>;
  /** Counts from 1; the time to live starts with the first count. @returns the new count */
  increment(key: string, ttlMs: number): Promise<number>;
};

/** The kept value, or the computed one, which is then kept. */
export async function remember<Value>(
  cache: Cache,
  key: string,
  ttlMs: number,
  compute: () => Promise<Value>,
): Promise<Value> {
  const kept = await cache.get(key);
  if (kept !== undefined) return JSON.parse(kept) as Value;
  const value = await compute();
  await cache.set(key, JSON.stringify(value), ttlMs);
  return value;
}

/** The cookies that one instance has set during its checks. Enough for a session and a token: all of them go with every request. */
export class CookieJar {
  readonly #values = new Map<string, string>();

  /** Takes what an answer's `Set-Cookie` lines say. */
  take(lines: readonly string[] | undefined): void {
    for (const line of lines ?? []) {
      const [pair = "", ...attributes] = line.split(";");
      const at = pair.indexOf("=");
      const name = pair.slice(0, Math.max(0, at)).trim();
      if (name === "") continue;
      const value = pair.slice(at + 1).trim();
      if (isDeletion(attributes)) this.#values.delete(name);
      else this.#values.set(name, value);
    }
  }

  /** The `cookie` line to send; `undefined` where there is none. */
  line(): string | undefined {
    if (this.#values.size === 0) return undefined;
    return [...this.#values].map(([name, value]) => `${name}=${value}`).join("; ");
  }
}

/** A cookie is deleted by an age of nought or by a date that has passed. */
function isDeletion(attributes: readonly string[]): boolean {
  const byName = new Map(
    attributes.map((attribute) => {
      const [name = "", ...rest] = attribute.split("=");
      return [name.trim().toLowerCase(), rest.join("=").trim()] as const;
    }),
  );
  const age = byName.get("max-age");
  if (age !== undefined && /^-?\d+$/.test(age)) return Number(age) <= 0;
  const until = Date.parse(byName.get("expires") ?? "");
  return !Number.isNaN(until) && until <= Date.now();
}

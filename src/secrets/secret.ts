import { inspect } from "node:util";

const shown = "[REDACTED]";

/** A value that must not be seen: whatever prints, joins, logs or serialises it gets `[REDACTED]`. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself, for the one place that hands it to the application. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  [Symbol.toPrimitive](): string {
    return shown;
  }

  [inspect.custom](): string {
    return shown;
  }
}

/** Whether a value is an address with a password in it. */
export function holdsPassword(value: string): boolean {
  return /:\/\/[^/@\s]*:[^/@\s]*@|:\/\/\S*[?&]password=/i.test(value);
}

/** Names that hold secrets as a rule, for what nobody has declared. */
export function looksSecret(name: string): boolean {
  return /(^|_)(SECRET|TOKEN|PASSWORD|PASSWD|PASSPHRASE|KEY|CREDENTIALS?|DSN|SALT|PRIVATE)(_|$)/i.test(name);
}

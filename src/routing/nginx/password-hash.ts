import { createHash } from "node:crypto";
import type { Secret } from "../../secrets/secret.ts";

/**
 * The line of a password's file, as `openssl passwd -6` makes it: SHA-512 in the rounds of crypt(3), which nginx's libc reads. The salt
 * follows from the site and the user, so that the same password gives the same line and a second setup changes nothing. The fewest
 * rounds that crypt takes: nginx works out the hash for every request, and 5,000 would keep it from all others for 3 ms each time.
 */
export function passwordLine(site: string, user: string, password: Secret): string {
  const salt = createHash("sha256")
    .update(`${site}\0${user}`)
    .digest("base64url")
    .replaceAll(/[-_]/g, ".")
    .slice(0, 16);
  return `${user}:${sha512Crypt(password.reveal(), salt, rounds)}\n`;
}

const rounds = 1_000;

/** Ulrich Drepper's scheme, step by step; 5,000 rounds are what a hash without a number has. */
export function sha512Crypt(password: string, salt: string, rounds: number): string {
  const key = Buffer.from(password);
  const spice = Buffer.from(salt);
  const b = sha512(key, spice, key);
  const a = sha512(key, spice, repeated(b, key.length), ...bitsOf(key.length).map((bit) => (bit ? b : key)));
  const p = repeated(sha512(...Array.from({ length: key.length }, () => key)), key.length);
  const s = repeated(sha512(...Array.from({ length: 16 + (a[0] ?? 0) }, () => spice)), spice.length);
  let c = a;
  for (let round = 0; round < rounds; round++) {
    const odd = round % 2 === 1;
    c = sha512(odd ? p : c, ...(round % 3 === 0 ? [] : [s]), ...(round % 7 === 0 ? [] : [p]), odd ? c : p);
  }
  const prefix = rounds === 5_000 ? "$6$" : `$6$rounds=${rounds}$`;
  return `${prefix}${salt}$${encoded(c)}`;
}

function sha512(...parts: readonly Buffer[]): Buffer {
  const hash = createHash("sha512");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** As many bytes of it as are wanted, over and over. */
function repeated(bytes: Buffer, length: number): Buffer {
  return length === 0 ? Buffer.alloc(0) : Buffer.alloc(length, bytes);
}

/** Of a number, the lowest first. */
function bitsOf(number: number): boolean[] {
  return number === 0
    ? []
    : Array.from(number.toString(2))
        .toReversed()
        .map((bit) => bit === "1");
}

const alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Three bytes in an order of their own to four letters; the last one stands alone. */
function encoded(digest: Buffer): string {
  const at = (index: number) => digest[index] ?? 0;
  let text = "";
  for (let nth = 0; nth < 21; nth++) {
    const group = [nth, nth + 21, nth + 42];
    const [first = 0, second = 0, third = 0] = [0, 1, 2].map((place) => group[(place + nth) % 3] ?? 0);
    text += letters((at(first) << 16) | (at(second) << 8) | at(third), 4);
  }
  return text + letters(at(63), 2);
}

function letters(bits: number, count: number): string {
  return Array.from({ length: count }, (_, nth) => alphabet[(bits >> (6 * nth)) & 63] ?? "").join("");
}

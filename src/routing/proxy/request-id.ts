import { randomBytes } from "node:crypto";

const ofThisProcess = randomBytes(9).toString("hex");
let count = 0;

/** An id that no other request has: this process's own random part, and a count. It names a request and protects nothing. */
export function newId(): string {
  return `${ofThisProcess}-${(count++).toString(36)}`;
}

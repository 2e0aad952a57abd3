import { timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { messageOf } from "../../errors/cozy-error.ts";
import type { Note } from "./note.ts";

/** Tells cozy's own questions from everybody else's. */
export class Proofs {
  readonly #token: Buffer | undefined;

  constructor(tokenFile: string, note: Note) {
    try {
      const token = Buffer.from(readFileSync(tokenFile, "latin1").trim(), "latin1");
      // A token that was cut short would let anybody in who guesses what is left of it.
      if (token.length >= 32) this.#token = token;
      else note("error", `${tokenFile} holds no token; proofs are not answered`);
    } catch (error) {
      note("error", `Proofs are not answered: ${messageOf(error)}`);
    }
  }

  isValid(given: string): boolean {
    if (given === "" || this.#token === undefined) return false;
    const bytes = Buffer.from(given, "latin1");
    return bytes.length === this.#token.length && timingSafeEqual(bytes, this.#token);
  }
}

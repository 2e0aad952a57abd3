import type { Program } from "acorn";
import { stripTypes } from "./strip-types.ts";

export type ParsedSource =
  | { readonly ok: true; readonly program: Program }
  | { readonly ok: false; readonly error: unknown };

/** Only faults need the source, so the parser is loaded when there is one. Taking types out leaves every position as it was. */
export async function parseSource(source: string, isTypeScript: boolean): Promise<ParsedSource> {
  const acorn = await import("acorn");
  try {
    const plain = isTypeScript ? stripTypes(source) : source;
    return {
      ok: true,
      program: acorn.parse(plain, {
        ecmaVersion: "latest",
        sourceType: "module",
        locations: true,
        allowHashBang: true,
      }),
    };
  } catch (error) {
    return { ok: false, error };
  }
}

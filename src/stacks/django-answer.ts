import { hasStrings, isFields } from "../artifacts/kept-file.ts";
import type { DjangoFacts } from "../artifacts/manifest.ts";

/** What Django answered: its facts, or why it was refused. */
export type DjangoAnswer =
  | {
      readonly ok: true;
      readonly facts: DjangoFacts;
      readonly staticFolder: string | undefined;
      /** Data that the settings keep within the application's folder. */
      readonly lost: readonly { readonly what: string; readonly path: string }[];
    }
  | { readonly ok: false; readonly refused: Refusal };

export interface Refusal {
  readonly kind: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Reads the script's answer; `undefined` where it has none of its shapes. Pure. */
export function djangoAnswer(text: string): DjangoAnswer | undefined {
  const answer: unknown = JSON.parse(text);
  if (!isFields(answer)) return undefined;
  const { refused } = answer;
  if (hasStrings(refused, "kind")) return { ok: false, refused: { kind: refused.kind, fields: refused } };
  if (!hasStrings(answer, "settings", "version")) return undefined;
  const lost = Array.isArray(answer["lost"]) ? answer["lost"] : [];
  return {
    ok: true,
    facts: {
      settings: answer.settings,
      wsgi: textOf(answer["wsgi"]),
      asgi: textOf(answer["asgi"]),
      staticUrl: textOf(answer["staticUrl"]),
      mediaUrl: textOf(answer["mediaUrl"]),
      version: answer.version,
    },
    staticFolder: textOf(answer["staticFolder"]),
    lost: lost.filter((entry) => hasStrings(entry, "what", "path")),
  };
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function linesOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((line) => typeof line === "string") : [];
}

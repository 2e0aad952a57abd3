import { pause } from "../shared/pause.ts";
import type { KeyPresses } from "./key-presses.ts";
import type { QuestionShelf } from "./question-shelf.ts";
import type { Answer, AskPerson, Choice, Question } from "./question.ts";

export interface AskParts {
  /** Where the environment keeps what waits for a person. */
  readonly questions: QuestionShelf;
  readonly now: () => number;
  /** Who is at the terminal. */
  readonly who: () => Promise<string>;
  /** Absent where nobody can press a key: in CI, behind a pipe, with `--json`. */
  readonly keys: KeyPresses | undefined;
}

/** How long an answer from another terminal may wait before it is seen. */
const lookMs = 500;

/** Asks at the terminal and by a file, and takes whichever answer comes first. */
export function askPerson(parts: AskParts): AskPerson {
  return {
    atTerminal: parts.keys !== undefined,
    ask: async (asked, signal) => {
      const question: Question = { format: 1, ...asked, askedAt: parts.now() };
      await parts.questions.remove(question.name);
      await parts.questions.write(question);
      const over = new AbortController();
      const within = AbortSignal.any([signal, over.signal]);
      try {
        return await Promise.race([
          fromElsewhere(parts, question, within),
          fromTerminal(parts, question, within),
        ]);
      } finally {
        over.abort();
        await parts.questions.remove(question.name);
      }
    },
  };
}

async function fromElsewhere(
  { questions }: AskParts,
  question: Question,
  signal: AbortSignal,
): Promise<Answer> {
  for (;;) {
    const answer = await questions.answerTo(question);
    if (answer !== undefined) return answer;
    await pause(lookMs, signal);
  }
}

async function fromTerminal(
  { keys, who }: AskParts,
  question: Question,
  signal: AbortSignal,
): Promise<Answer> {
  if (keys === undefined) return new Promise<never>(() => undefined); // the file alone decides
  const byKey = new Map(keysOf(question.choices).map(({ key, word }) => [key, word]));
  const choice = await keys.next((key) => byKey.get(key), signal);
  return { choice, who: await who() };
}

/** The key of each choice: the first letter of its word that no earlier choice has. */
export function keysOf(choices: readonly Choice[]): (Choice & { readonly key: string })[] {
  const taken = new Set<string>();
  return choices.map((choice) => {
    const key = choice.word.split("").find((letter) => letter !== "-" && !taken.has(letter)) ?? "?";
    taken.add(key);
    return { ...choice, key };
  });
}

/** What is told when a question is asked. Pure. */
export function questionText(
  question: Pick<Question, "text" | "choices">,
  environment: string,
  atTerminal: boolean,
): string {
  const keys = keysOf(question.choices).map(({ key, text }) => `${key} to ${text}`);
  const words = question.choices.map(({ word }) => word).join(", ");
  const elsewhere = `\`cozy answer ${environment} <${words}>\``;
  if (!atTerminal) return `${question.text} Waits for ${elsewhere}.`;
  return `${question.text} Press ${keys.join(", ")}; or from elsewhere: ${elsewhere}.`;
}

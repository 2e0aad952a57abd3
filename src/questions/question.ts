/** A question that waits for a person: kept in the environment's `questions` folder, so that anyone can answer from another terminal. */
export interface Question {
  readonly format: 1;
  /** `pause-before-migrate`, `canary`: one of a name at a time. */
  readonly name: string;
  /** The release that it is about. */
  readonly release: string;
  readonly text: string;
  /** The first is what happens on Enter. */
  readonly choices: readonly Choice[];
  readonly askedAt: number;
}

export interface Choice {
  /** What is typed and recorded: `go-on`, `go-back`. */
  readonly word: string;
  readonly text: string;
}

export interface Answer {
  readonly choice: string;
  /** `alice@laptop`; who was at the terminal, or gave `cozy answer`. */
  readonly who: string;
}

/** Asks and waits, at the terminal where there is one and for `cozy answer` in any case. The question is gone once it is answered. */
export interface AskPerson {
  /** Whether whoever looks at this terminal can answer by a key. */
  readonly atTerminal: boolean;
  ask(question: Omit<Question, "format" | "askedAt">, signal: AbortSignal): Promise<Answer>;
}

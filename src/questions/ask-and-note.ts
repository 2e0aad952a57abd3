import type { OperationContext } from "../engine/operation.ts";
import { questionText } from "./ask-person.ts";
import type { Answer, AskPerson, Question } from "./question.ts";

/** Asks in the middle of a plan: the question is told by all reporters, and the answer stands in the journal with who gave it. */
export async function askAndNote(
  question: Omit<Question, "format" | "askedAt">,
  environment: string,
  {
    world,
    signal,
    note,
  }: Pick<OperationContext<{ readonly person: AskPerson }>, "world" | "signal" | "note">,
): Promise<Answer> {
  note(questionText(question, environment, world.person.atTerminal));
  const answer = await world.person.ask(question, signal);
  note(`${answer.who} answered: ${answer.choice}.`);
  return answer;
}

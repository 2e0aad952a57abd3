import { CozyError } from "../errors/cozy-error.ts";
import { openQuestions, writeAnswer } from "../questions/question-files.ts";
import type { Question } from "../questions/question.ts";
import { nearest } from "../shared/nearest.ts";
import { printResult } from "./command-context.ts";
import { defineCommand, environmentArgument } from "./define-command.ts";
import { openEnvironment } from "./open-environment.ts";
import { ownWhoText } from "./with-lease.ts";

export const command = defineCommand({
  name: "answer",
  description:
    "Answers what a deploy waits for, from any terminal: a pause before a migration, a canary that its traffic does not decide. Without an answer it shows the question.",
  arguments: [
    environmentArgument,
    {
      name: "answer",
      help: "one of the words that the question takes; without it the question is shown",
      optional: true,
    },
  ],
  options: {},
  where: "keeper",
  examples: ["cozy answer production", "cozy answer production go-on"],
  async run(context, { args }) {
    const { environment, paths } = await openEnvironment(context, args.environment);
    const [question] = await openQuestions(paths.questions);
    if (question === undefined) throw nothingAsked(environment.name);
    if (args.answer === undefined) {
      printResult(context, question, () => text(question, environment.name));
      return 0;
    }
    const choice = checked(question, args.answer, environment.name);
    await writeAnswer(paths.questions, question, { choice, who: await ownWhoText(context) });
    printResult(
      context,
      { question: question.name, release: question.release, answer: choice },
      () => `Answered: ${choice}.`,
    );
    return 0;
  },
});

function checked({ choices }: Question, word: string, environment: string): string {
  const words = choices.map((choice) => choice.word);
  if (words.includes(word)) return word;
  const near = nearest(word, words);
  throw new CozyError("wrong-usage", {
    message: `The question does not take "${word}"${near.length > 0 ? `; did you mean ${near[0]}?` : "."}`,
    details: choices.map((choice) => `${choice.word}: ${choice.text}`),
    next: `cozy answer ${environment} ${words[0] ?? ""}`,
  });
}

function text({ text: asked, release, choices }: Question, environment: string): string {
  const lines = choices.map(({ word, text: what }) => `  cozy answer ${environment} ${word}   to ${what}`);
  return [`${release}: ${asked}`, "", ...lines].join("\n");
}

function nothingAsked(environment: string): CozyError {
  return new CozyError("nothing-asked", {
    message: `Nothing of ${environment} waits for an answer.`,
    state: "Nothing was changed.",
    next: `cozy status ${environment}`,
  });
}

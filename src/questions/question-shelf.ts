import { openQuestions, readAnswer, removeQuestion, writeAnswer, writeQuestion } from "./question-files.ts";
import type { Answer, Question } from "./question.ts";

/** What waits for a person. */
export interface QuestionShelf {
  write(question: Question): Promise<void>;
  remove(name: string): Promise<void>;
  open(): Promise<readonly Question[]>;
  answer(question: Question, answer: Answer): Promise<void>;
  answerTo(question: Question): Promise<Answer | undefined>;
}

/** What waits for a person, in an environment's folder. */
export function questionShelf(folder: string): QuestionShelf {
  return {
    write: (question) => writeQuestion(folder, question),
    remove: (name) => removeQuestion(folder, name),
    open: () => openQuestions(folder),
    answer: (question, answer) => writeAnswer(folder, question, answer),
    answerTo: (question) => readAnswer(folder, question),
  };
}

import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { hasStrings, isFields, readKept, writeKept } from "../artifacts/kept-file.ts";
import { systemCode } from "../shared/thrown.ts";
import type { Answer, Question } from "./question.ts";

/** What was answered, and to which question: one that is asked again is not answered by what was said to it before. */
export interface KeptAnswer extends Answer {
  readonly format: 1;
  readonly askedAt: number;
}

export async function writeQuestion(folder: string, question: Question): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeKept(questionFile(folder, question.name), { ...question }, 0o600);
}

export async function removeQuestion(folder: string, name: string): Promise<void> {
  const files = [questionFile(folder, name), answerFile(folder, name)];
  await Promise.all(files.map((file) => rm(file, { force: true })));
}

/** The questions that wait, the oldest first. */
export async function openQuestions(folder: string): Promise<Question[]> {
  const names = (await namesIn(folder)).filter((name) => name.endsWith(questionEnd));
  const found = await Promise.all(names.map((name) => readKept(join(folder, name), isQuestion)));
  return found.filter((question) => question !== undefined).sort((a, b) => a.askedAt - b.askedAt);
}

export async function writeAnswer(
  folder: string,
  { name, askedAt }: Question,
  answer: Answer,
): Promise<void> {
  await writeKept(answerFile(folder, name), { format: 1, askedAt, ...answer }, 0o600);
}

/** What was said to this very question so far. */
export async function readAnswer(folder: string, { name, askedAt }: Question): Promise<Answer | undefined> {
  const kept = await readKept(answerFile(folder, name), isAnswer);
  return kept?.askedAt === askedAt ? { choice: kept.choice, who: kept.who } : undefined;
}

const questionEnd = ".question.json";

function questionFile(folder: string, name: string): string {
  return join(folder, `${name}${questionEnd}`);
}

function answerFile(folder: string, name: string): string {
  return join(folder, `${name}.answer.json`);
}

function isQuestion(value: unknown): value is Question {
  return (
    hasStrings(value, "name", "release", "text") &&
    typeof value["askedAt"] === "number" &&
    Array.isArray(value["choices"]) &&
    value["choices"].every((choice: unknown) => isFields(choice) && hasStrings(choice, "word", "text"))
  );
}

function isAnswer(value: unknown): value is KeptAnswer {
  return hasStrings(value, "choice", "who") && typeof value["askedAt"] === "number";
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
}

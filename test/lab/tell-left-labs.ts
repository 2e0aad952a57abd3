import { leftText } from "../../src/commands/lab-text.ts";
import { leftLabs } from "../../src/lab/left-labs.ts";

/** vitest calls it once a run: a run that was killed could not take its labs down, and nobody else knows of them. */
export async function setup(): Promise<void> {
  // Nobody else can look into root's folders, nor make a lab.
  const left = process.getuid?.() === 0 ? await leftLabs() : [];
  if (left.length > 0) console.warn(`\n${leftText(left)}\n`);
}

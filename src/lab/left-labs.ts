import { isAlive } from "../instances/process-identity.ts";
import { labNames, readLab, type LabState } from "./lab-state.ts";

/** Names of labs that are up though nobody has them any more: the program that was to take each down has ended without it. */
export async function leftLabs(): Promise<readonly string[]> {
  // What is there of another version, or half made, is not judged here.
  const labs = await Promise.all((await labNames()).map((name) => readLab(name).catch(() => undefined)));
  return labs.flatMap((lab) => (lab !== undefined && isLeft(lab) ? [lab.name] : []));
}

export function isLeft({ phase, heldByMaker, maker }: LabState): boolean {
  return phase === "up" && heldByMaker === true && !isAlive(maker);
}

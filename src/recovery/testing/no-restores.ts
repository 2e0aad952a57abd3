import type { Restorer } from "../restorer.ts";

const none = async () => Promise.reject(new Error("nothing is restored in memory"));

/** For worlds in which nothing is restored. */
export const noRestores: Restorer = {
  layAside: none,
  isLaid: none,
  discard: none,
  loss: none,
  variables: none,
  tryOn: none,
  backUp: none,
  endRuns: none,
  putInPlace: none,
  isInPlace: none,
  takeOut: none,
  note: none,
  finish: none,
};

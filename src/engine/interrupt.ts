/** A wish to stop: the first is heeded by taking back what was begun, the second by leaving everything as it stands. */
export interface Interrupt {
  readonly gently: AbortSignal;
  readonly atOnce: AbortSignal;
}

export interface Weighed {
  readonly logE: number;
  /** All weights together are 1. */
  readonly weight: number;
}

/**
 * The logarithm of the weighted average of E-values. An average of E-values is one itself whatever ties them together, and requests that
 * fail are often the slow ones too, so that a product would count the same trouble twice.
 */
export function combine(evidence: readonly Weighed[]): number {
  return logSumExp(evidence.map(({ logE, weight }) => logE + Math.log(weight)));
}

/** log(Σ exp(value)), without overflow and without losing what is small. */
export function logSumExp(values: ArrayLike<number>): number {
  let largest = -Infinity;
  for (let index = 0; index < values.length; index += 1)
    largest = Math.max(largest, values[index] ?? largest);
  if (!Number.isFinite(largest)) return largest;
  let sum = 0;
  for (let index = 0; index < values.length; index += 1)
    sum += Math.exp((values[index] ?? -Infinity) - largest);
  return largest + Math.log(sum);
}

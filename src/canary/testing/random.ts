/** Random numbers that a seed makes again: sfc32, a small generator of good quality. */
export interface Random {
  /** From 0 up to, but without, 1. */
  next(): number;
  whole(below: number): number;
  poisson(mean: number): number;
  /** How many of so many come true. */
  binomial(of: number, probability: number): number;
  normal(): number;
  exponential(mean: number): number;
}

export function createRandom(seed: number): Random {
  let a = seed | 0;
  let b = 0x9e3779b9 | 0;
  let c = 0x243f6a88 | 0;
  let count = 1;

  function next(): number {
    const sum = (((a + b) | 0) + count) | 0;
    count = (count + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4294967296;
  }

  function normal(): number {
    return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  }

  for (let warmUp = 0; warmUp < 15; warmUp += 1) next();
  return {
    next,
    normal,
    whole: (below) => Math.floor(next() * below),
    binomial(of, probability) {
      let count = 0;
      for (let one = 0; one < of; one += 1) if (next() < probability) count += 1;
      return count;
    },
    exponential: (mean) => -mean * Math.log(1 - next()),
    poisson(mean) {
      if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
      const limit = Math.exp(-mean);
      let product = next();
      let value = 0;
      while (product > limit) {
        product *= next();
        value += 1;
      }
      return value;
    },
  };
}

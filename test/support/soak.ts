/** How often something is done: often enough to see a fault that is always there, and in `make soak` one that is seldom there. */
export function times(usual: number, inSoak: number): number {
  return process.env["SOAK"] ? inSoak : usual;
}

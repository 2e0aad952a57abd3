/** `make soak` takes its time, to see what is seldom there; `make test` sees what is always there. */
export const inSoak = Boolean(process.env["SOAK"]);

/** How often something is done. */
export function times(usual: number, soaking: number): number {
  return inSoak ? soaking : usual;
}

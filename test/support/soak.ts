/** `make soak` takes its time, to see what is seldom there; `make test` sees what is always there. */
export const inSoak = Boolean(process.env["SOAK"]);

/** How often something is done. */
export function times(usual: number, soaking: number): number {
  return inSoak ? soaking : usual;
}

/**
 * The rest of a connection between two requests, where the load is there while something else happens: without it the load takes
 * every core that this something needs. `zero-loss.test.ts` goes without, always.
 */
export const betweenRequestsMs = times(20, 0);

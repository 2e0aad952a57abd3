/** `make soak` takes its time, to see what is seldom there; `make test` sees what is always there. */
export const inSoak = Boolean(process.env["SOAK"]);

/** How often something is done. */
export function times(usual: number, soaking: number): number {
  return inSoak ? soaking : usual;
}

/**
 * The rest of a connection between two requests, where the load is there while something else happens: without it the load takes
 * every core that this something needs. A request of the fixture costs 2 ms of a core, its sender's and the proxy's among them.
 * `zero-loss.test.ts` goes without, always.
 */
export const betweenRequestsMs = times(40, 0);

/** The same for pages of the examples, which cost 5 to 10 ms each. */
export const betweenPagesMs = times(60, 20);

/**
 * What checks are asked with, on an instance's own socket as through the proxy. An application that wants https takes the proxy's word
 * for it, and would answer with a redirect otherwise; one that only answers to names that it knows as a rule knows this one.
 */
export const usualHeaders = {
  host: "localhost",
  "x-forwarded-proto": "https",
  "user-agent": "cozy-check",
} as const;

import { STATUS_CODES, type ServerResponse } from "node:http";

/** A small plain page for what the proxy answers itself; nothing of it comes from the request but the id, which is checked. */
export function answerPage(
  response: ServerResponse,
  status: number,
  text: string,
  options: { readonly id?: string; readonly headers?: readonly string[]; readonly close?: boolean } = {},
): number {
  const body = `${status} ${STATUS_CODES[status] ?? ""}\n\n${text}\n${options.id ? `\nRequest ${options.id}\n` : ""}`;
  response.writeHead(status, [
    "Content-Type",
    "text/plain; charset=utf-8",
    "Content-Length",
    String(Buffer.byteLength(body)),
    "Cache-Control",
    "no-store",
    ...(options.close ? ["Connection", "close"] : []),
    ...(options.headers ?? []),
  ]);
  response.end(body);
  return body.length;
}

export const pages = {
  badRequest: "The request could not be understood.",
  noRelease: "No release serves this site at the moment.",
  unreachable: "The application could not be reached. Please try again in a moment.",
  tooSlow: "The application did not answer in time.",
  bodyTooSlow: "The request's body did not arrive in time.",
  notFound: "There is nothing at this address.",
  methodNotAllowed: "Files can only be read.",
} as const;

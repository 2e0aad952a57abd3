/** Only the client is taken from undici: the whole of it would double the proxy's start and its memory. */
declare module "undici/lib/dispatcher/client.js" {
  import { Client } from "undici";
  export = Client;
}

declare module "undici/lib/core/util.js" {
  const util: { parseHeaders: (headers: readonly (Buffer | string)[]) => unknown };
  export = util;
}

import type { Proxy } from "./proxy-port.ts";

/** Where nothing serves: a scratch environment is asked by the sockets of its instances. */
export const noProxy: Proxy = {
  ensure: async () => Promise.reject(new Error("a scratch environment has no proxy")),
  tableInUse: async () => undefined,
  inFlight: async () => ({}),
  prove: async () => ({ served: {}, failures: ["nothing serves here"] }),
  writtenLog: async () => ({ whole: true }),
  parseLine: () => undefined,
};

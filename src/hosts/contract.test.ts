import { sampleProject, sampleRecord, processType } from "../release/testing.ts";
import { hostContract } from "./contract.ts";
import { fakeHost } from "./fake-host.ts";

const processes = {
  web: processType(["node", "server.js"], 2),
  worker: processType(["node", "worker.js"], 1),
};

const host = fakeHost("fake");
host.exitCodes.set("false", 1);

hostContract("a fake", async () => ({
  host,
  release: (id, createdAt) => sampleRecord(sampleProject({ processes }), id, createdAt),
  proxy: { address: "127.0.0.1", port: 1, staticUrl: undefined, mediaUrl: undefined },
  token: 1,
  dispose: async () => {},
}));

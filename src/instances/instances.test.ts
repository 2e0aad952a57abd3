import { afterAll } from "vitest";
import { ensureSupervisor } from "./ensure-supervisor.ts";
import { instancesContract } from "./contract.ts";
import { fakeInstances, type FakeBehaviour } from "./fake-instances.ts";
import type { InstanceSpec } from "./instance.ts";
import { supervisedInstances } from "./supervisor-client.ts";
import { openLab, removeAgent, signal } from "./testing/lab.ts";

afterAll(removeAgent);

instancesContract("the embedded supervisor", async () => {
  const lab = await openLab();
  await ensureSupervisor(lab.place, signal());
  const scripts = { runs: "exec sleep 1000", exits: "exit 1", "cannot start": "" };
  return {
    instances: supervisedInstances(lab.place),
    spec(name, behaviour, more) {
      const spec = lab.shell(name, scripts[behaviour], more);
      return behaviour === "cannot start" ? { ...spec, command: [`${lab.root}/no-such-program`] } : spec;
    },
    close: () => lab.close(),
  };
});

instancesContract("the fake", async () => {
  const behaviours = new Map<InstanceSpec["command"], FakeBehaviour>();
  return {
    instances: fakeInstances({ now: Date.now, behaviour: (spec) => behaviours.get(spec.command) ?? "runs" }),
    spec(name, behaviour, more = {}) {
      const [release = "", rest = ""] = name.split("/");
      const [type = "", index = ""] = rest.split(".");
      const command = [behaviour];
      behaviours.set(command, behaviour);
      return { ...bare, id: { release, type, index: Number(index) }, command, ...more };
    },
    close: async () => {},
  };
});

const bare = {
  folder: "/",
  environmentFile: "/environment.json",
  variables: {},
  socket: undefined,
  logFile: "/web.log",
  stopSignal: "SIGTERM",
  stopTimeoutMs: 1000,
  limits: { memoryBytes: undefined, openFiles: undefined },
} as const;

import { createHash } from "node:crypto";
import { CozyError } from "../../errors/cozy-error.ts";
import { agentVersion } from "../agent-version.ts";
import { takeOverFlag } from "../proxy-protocol.ts";
import { readProxySettings } from "../proxy-settings.ts";
import { openControl, type Control } from "./control.ts";
import { handOver, takeOver } from "./handover.ts";
import { noteToStderr as note } from "./note.ts";
import { Proxy } from "./proxy.ts";

/*
 * The embedded proxy: `node proxy.js <settings.json>`. Exit codes: 0 after it was told to stop or was replaced, 1 for a fault,
 * 2 when the port is taken, 3 when the settings can't be read.
 */
const exitCodes: Readonly<Record<string, number>> = {
  "proxy-port-taken": 2,
  "proxy-settings-damaged": 3,
  "proxy-settings-too-new": 3,
};

// Whoever read the notes may be gone.
process.stderr.on("error", () => {});
// Sockets and logs are the user's alone.
process.umask(0o077);
try {
  await main(process.argv.slice(2));
} catch (error) {
  const known = error instanceof CozyError;
  note("error", known ? error.message : String(error instanceof Error ? error.stack : error));
  process.exit(known ? (exitCodes[error.code] ?? 1) : 1);
}

async function main(args: readonly string[]): Promise<void> {
  const [settingsFile = ""] = args;
  const { settings, text } = await readProxySettings(settingsFile);
  const settingsHash = createHash("sha256").update(text).digest("hex");
  const proxy = new Proxy(
    settings,
    { version: await agentVersion(process.argv[1] ?? ""), settingsHash },
    note,
  );
  await proxy.prepare();

  let control: Control | undefined;
  let leaving: Promise<void> | undefined;
  const leave = (replaced: boolean): void => {
    leaving ??= proxy
      .drain({ replaced })
      .then(() => control?.close())
      .then(() => note("info", replaced ? "ended: another proxy has taken over" : "ended"))
      .finally(() => process.exit());
  };
  const open = async () => {
    control = await openControl(settings.controlSocket, {
      state: () => proxy.state(),
      stop: () => leave(false),
      async handOver(command) {
        if (leaving) throw new Error("This proxy is ending.");
        const pid = await handOver(proxy, command);
        leave(true);
        return pid;
      },
    });
  };
  process.on("SIGTERM", () => leave(false));
  process.on("SIGINT", () => leave(false));

  if (args.includes(takeOverFlag)) {
    await takeOver(proxy, open);
  } else {
    await proxy.listen();
    await open();
  }
  // What goes wrong on one connection must not take all others with it.
  process.on("uncaughtException", (error) => note("error", `a fault of the proxy's own: ${error.stack}`));
  note(
    "info",
    `serves ${settings.address}:${proxy.state().port} by table ${proxy.state().table ?? "(none yet)"}`,
  );
}

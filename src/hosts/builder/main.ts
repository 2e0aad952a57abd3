import { Duplex } from "node:stream";
import packageJson from "../../../package.json" with { type: "json" };
import { openChannel } from "../agent/channel.ts";
import { refuseOtherFormat, wireFormat, type HelloAnswer } from "../agent/hello.ts";
import { serve, served } from "../agent/serve.ts";
import { serverMachinePaths } from "../server-layout.ts";
import { buildMethods } from "./build-port.ts";
import { hostBuilds } from "./host-builds.ts";

/** cozy's program for a host that builds: `node builder.mjs` serves one deployer over its standard input and output, and ends with it. */
function main(): void {
  // What is built is read by applications, which run as users of their own.
  process.umask(0o022);
  delete process.env["NODE_COMPILE_CACHE"]; // it was for this program alone
  const stream = Duplex.from({ readable: process.stdin, writable: process.stdout });
  stream.on("error", () => undefined); // the deployer is gone, which `lost` tells
  const channel = openChannel(stream);
  const builds = hostBuilds({ machine: serverMachinePaths(), env: process.env, now: Date.now });
  const { version } = packageJson;
  serve(channel, async (hello) => {
    refuseOtherFormat(hello, { version, host: hello.host });
    const answer: HelloAnswer = { format: wireFormat, version, clock: Date.now() };
    return { answer, ports: { builds: served(builds, buildMethods) } };
  });
  channel.lost.addEventListener("abort", end);
}

/** How long what was under way may take to give up, once the deployer is gone. */
const graceMs = 10_000;

function end(): void {
  process.exitCode = 0;
  setTimeout(() => process.exit(), graceMs).unref();
}

main();

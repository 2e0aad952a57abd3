import type { Duplex } from "node:stream";
import { portMethods, type AgentPorts } from "./agent-ports.ts";
import { openChannel, type Channel } from "./channel.ts";
import { refuseOtherFormat, wireFormat, type Hello, type HelloAnswer } from "./hello.ts";
import { serve, served, type Served } from "./serve.ts";

export interface ServeParts {
  /** cozy's. */
  readonly version: string;
  readonly now: () => number;
  /** Opens the ports of the environment that the deployer asks about. */
  readonly open: (hello: Hello) => Promise<AgentPorts>;
}

/** Serves the ports of an environment over a stream, to the one deployer at its other end. */
export function serveAgent(stream: Duplex, { version, now, open }: ServeParts): Channel {
  const channel = openChannel(stream);
  serve(channel, async (hello) => {
    refuseOtherFormat(hello, { version, host: hello.host });
    const ports = await open(hello);
    return {
      answer: { format: wireFormat, version, clock: now() } satisfies HelloAnswer,
      ports: {
        host: served(ports.host, portMethods.host),
        lane: served(ports.lane, portMethods.lane),
        lease: served(ports.lease, portMethods.lease),
        past: served(ports.past, portMethods.past),
        journals: served(ports.journals, portMethods.journals),
        canaries: served(ports.canaries, portMethods.canaries),
        evidence: served(ports.evidence, portMethods.evidence),
        generated: served(ports.generated, portMethods.generated),
        questions: served(ports.questions, portMethods.questions),
        keptFiles: served(ports.keptFiles, portMethods.keptFiles),
        backups: served(ports.backups, portMethods.backups),
        judge: served(ports.judge, portMethods.judge),
        restorer: served(ports.restorer, portMethods.restorer),
        artifacts: served(ports.artifacts, portMethods.artifacts),
        uploads: served(ports.uploads, portMethods.uploads),
      } satisfies Record<keyof AgentPorts, Served>,
    };
  });
  return channel;
}

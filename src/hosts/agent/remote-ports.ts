import { portMethods, type AgentPorts } from "./agent-ports.ts";
import { remotePort, type Call, type Callable } from "./remote-port.ts";

/** The ports of a host's agent, as a deployer asks them. */
export type RemotePorts = { readonly [Name in keyof AgentPorts]: Callable<AgentPorts[Name]> };

/** All of them over one way to call. */
export function remotePorts(call: Call): RemotePorts {
  return {
    host: remotePort<AgentPorts["host"]>("host", portMethods.host, call),
    lane: remotePort<AgentPorts["lane"]>("lane", portMethods.lane, call),
    lease: remotePort<AgentPorts["lease"]>("lease", portMethods.lease, call),
    past: remotePort<AgentPorts["past"]>("past", portMethods.past, call),
    journals: remotePort<AgentPorts["journals"]>("journals", portMethods.journals, call),
    canaries: remotePort<AgentPorts["canaries"]>("canaries", portMethods.canaries, call),
    evidence: remotePort<AgentPorts["evidence"]>("evidence", portMethods.evidence, call),
    generated: remotePort<AgentPorts["generated"]>("generated", portMethods.generated, call),
    questions: remotePort<AgentPorts["questions"]>("questions", portMethods.questions, call),
    keptFiles: remotePort<AgentPorts["keptFiles"]>("keptFiles", portMethods.keptFiles, call),
    backups: remotePort<AgentPorts["backups"]>("backups", portMethods.backups, call),
    judge: remotePort<AgentPorts["judge"]>("judge", portMethods.judge, call),
    restorer: remotePort<AgentPorts["restorer"]>("restorer", portMethods.restorer, call),
    artifacts: remotePort<AgentPorts["artifacts"]>("artifacts", portMethods.artifacts, call),
    uploads: remotePort<AgentPorts["uploads"]>("uploads", portMethods.uploads, call),
  };
}

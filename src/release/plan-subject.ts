import type { Plan } from "./plan.ts";

/** What a plan is about, as it stands in messages: a release, the backup that is restored, the hosts that join or leave. */
export function subjectOf({
  command,
  subject,
  release,
}: Pick<Plan, "command" | "subject" | "release">): string {
  if (subject === undefined) return release;
  if (command === "restore") return `backup ${subject}`;
  return isAboutHosts(command) || command === "move-keeper" ? subject : release;
}

/** The command that does the same once more. */
export function againCommand({
  command,
  subject,
  environment,
}: Pick<Plan, "command" | "subject" | "environment">): string {
  const hosts = isAboutHosts(command) && subject !== undefined ? ` ${subject}` : "";
  return `cozy ${command} ${environment}${hosts}`;
}

function isAboutHosts(command: Plan["command"]): boolean {
  return command === "join" || command === "leave";
}

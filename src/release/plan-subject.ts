import type { Plan } from "./plan.ts";

/** What a plan is about, as it stands in messages: a release, or the backup that is restored. */
export function subjectOf({
  command,
  subject,
  release,
}: Pick<Plan, "command" | "subject" | "release">): string {
  return command === "restore" && subject !== undefined ? `backup ${subject}` : release;
}

import type { AnyCommand } from "./define-command.ts";

/** A line of `cozy --help`; the command itself is loaded when it is asked for, since starting fast is a feature. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly group: "Project" | "Release" | "Look" | "Recover";
  readonly load: () => Promise<AnyCommand>;
}

export const commandIndex: readonly CommandEntry[] = [
  entry("Project", "init", "look at an application and write its cozy.config.ts", () => import("./init.ts")),
  entry(
    "Project",
    "check",
    "validate the project file without touching anything",
    () => import("./check.ts"),
  ),
  entry(
    "Project",
    "dev",
    "run the application here for development, or set this machine up for it",
    () => import("./dev.ts"),
  ),
  entry(
    "Project",
    "secrets",
    "secrets in the repository, encrypted to those who may read them",
    () => import("./secrets.ts"),
  ),
  entry(
    "Project",
    "completion",
    "the script that lets your shell complete cozy's words",
    () => import("./completion.ts"),
  ),
  entry(
    "Project",
    "lab",
    "real Debian hosts on this machine, to try servers and their failures on",
    () => import("./lab.ts"),
  ),
  entry(
    "Project",
    "trust",
    "compare the key of a host and pin it; without that nothing connects",
    () => import("./trust.ts"),
  ),
  entry(
    "Project",
    "setup",
    "prepare the servers of an environment, or take it away from them",
    () => import("./setup.ts"),
  ),
  entry("Release", "plan", "print the operations that a deploy would carry out", () => import("./plan.ts")),
  entry(
    "Release",
    "rehearse",
    "try the current commit on restored data, and deploy nothing",
    () => import("./rehearse.ts"),
  ),
  entry("Release", "deploy", "put a release of the current commit into force", () => import("./deploy.ts")),
  entry("Release", "rollback", "put an earlier release back into force", () => import("./rollback.ts")),
  entry("Release", "scale", "run more or fewer instances of a process type", () => import("./scale.ts")),
  entry(
    "Release",
    "join",
    "bring servers to the release in force: new ones, ones that were away",
    () => import("./join.ts"),
  ),
  entry(
    "Release",
    "leave",
    "take servers out of an environment, without a lost request",
    () => import("./leave.ts"),
  ),
  entry(
    "Release",
    "start",
    "start an environment that was stopped, as after a reboot",
    () => import("./start.ts"),
  ),
  entry(
    "Release",
    "stop",
    "stop everything of an environment; its data and releases stay",
    () => import("./stop.ts"),
  ),
  entry(
    "Release",
    "maintenance",
    "close an environment on servers to visitors, and open it again",
    () => import("./maintenance.ts"),
  ),
  entry("Look", "status", "what an environment serves, and how it is", () => import("./status.ts")),
  entry("Look", "releases", "the releases that an environment keeps", () => import("./releases.ts")),
  entry(
    "Look",
    "history",
    "who changed an environment, when, why and with what outcome",
    () => import("./history.ts"),
  ),
  entry("Look", "canary", "what was seen of the release that was watched last", () => import("./canary.ts")),
  entry(
    "Look",
    "promises",
    "what is promised, beside what was measured, when and by what",
    () => import("./promises.ts"),
  ),
  entry("Look", "logs", "what instances logged, followed on request", () => import("./logs.ts")),
  entry(
    "Look",
    "run",
    "run a command with the serving release's code and variables",
    () => import("./run.ts"),
  ),
  entry("Look", "exec", "another name of `cozy run`", () => import("./exec.ts")),
  entry(
    "Look",
    "console",
    "the framework's shell with the serving release's code and variables",
    () => import("./console.ts"),
  ),
  entry("Look", "diff", "where two environments differ, and their releases", () => import("./diff.ts")),
  entry("Look", "db", "the shell of an environment's database", () => import("./db.ts")),
  entry(
    "Look",
    "schedules",
    "when commands run, and how they ended; run one now, suspend one",
    () => import("./schedules.ts"),
  ),
  entry(
    "Recover",
    "drill",
    "prove that the newest backup brings the data back, and how soon",
    () => import("./drill.ts"),
  ),
  entry("Recover", "restore", "put a backup of the database back into use", () => import("./restore.ts")),
  entry("Recover", "backup", "back up the database of an environment now", () => import("./backup.ts")),
  entry(
    "Recover",
    "backups",
    "the backups there are, if they are sound, and when the next are due",
    () => import("./backups.ts"),
  ),
  entry("Recover", "answer", "answer what a deploy waits for", () => import("./answer.ts")),
  entry(
    "Recover",
    "move-keeper",
    "have the first server keep the history, the lease and what there is once",
    () => import("./move-keeper.ts"),
  ),
  entry("Recover", "resume", "go on with a plan that was cut off", () => import("./resume.ts")),
  entry("Recover", "abort", "take back a plan that was cut off", () => import("./abort.ts")),
  entry(
    "Recover",
    "lease",
    "who holds the right to change an environment; take it over",
    () => import("./lease.ts"),
  ),
];

function entry(
  group: CommandEntry["group"],
  name: string,
  summary: string,
  load: () => Promise<{ readonly command: AnyCommand }>,
): CommandEntry {
  return { group, name, summary, load: async () => (await load()).command };
}

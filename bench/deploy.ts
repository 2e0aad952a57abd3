/**
 * The time of a one-line deploy beyond what the application itself takes (its build, its boot, its migrations), and of a rollback to a
 * warm release, without load: `node bench/deploy.ts`.
 */
import { createSandbox } from "../test/support/sandbox.ts";
import { measureDeploys } from "./deploy-times.ts";

const sandbox = await createSandbox();
try {
  await sandbox.ok(["deploy", "staging"]);
  await measureDeploys(sandbox, "staging", 10, (round) => sandbox.commit({ "version.txt": `${round}\n` }));
} finally {
  await sandbox.dispose();
}

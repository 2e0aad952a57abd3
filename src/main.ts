import { homedir } from "node:os";
import { commandIndex } from "./commands/index.ts";
import { helpText, version } from "./commands/help.ts";

/** As a shell counts an end by SIGINT. */
const exitInterrupted = 130;
/** The same of SIGPIPE. */
const exitWithoutReader = 141;

outliveReaders();
process.exitCode = await main(process.argv.slice(2));

/** argv to command to exit code; the only place that prints an error. */
async function main(argv: readonly string[]): Promise<number> {
  if (
    argv.length === 0 ||
    argv[0] === "--help" ||
    argv[0] === "-h" ||
    (argv[0] === "help" && argv.length === 1)
  ) {
    process.stdout.write(helpText(commandIndex));
    return argv.length === 0 ? 2 : 0;
  }
  if (argv[0] === "--version" || argv[0] === "-v") {
    process.stdout.write(`${version}\n`);
    return 0;
  }
  const json = argv.slice(0, endOfOptions(argv)).includes("--json");
  try {
    const [{ runCommand }, { listenForInterrupt }] = await Promise.all([
      import("./commands/run-command.ts"),
      import("./commands/interrupt.ts"),
    ]);
    // Whatever a command is in the middle of, the second wish to end is heeded within a second.
    const { gently, atOnce, takeSignals } = listenForInterrupt(process, () => {
      setTimeout(() => process.exit(exitInterrupted), 1_000).unref();
    });
    return await runCommand(argv[0] === "help" ? [...argv.slice(1), "--help"] : argv, {
      cwd: process.cwd(),
      homeFolder: homedir(),
      env: process.env,
      stdin: process.stdin,
      stdout: process.stdout,
      stderr: process.stderr,
      now: Date.now,
      signal: gently,
      urgentSignal: atOnce,
      takeSignals,
      json,
      configPath: undefined,
      version,
    });
  } catch (error) {
    const [{ printError }, { exitCodeOf }] = await Promise.all([
      import("./errors/print-error.ts"),
      import("./errors/exit-code.ts"),
    ]);
    const { env, stdout, stderr } = process;
    printError(error, { json, stdout, stderr, env, version });
    return exitCodeOf(error);
  }
}

/**
 * Whoever read the output may have gone: `cozy deploy production | head`. A command that changes something has to come to its end all the
 * same; one that only follows what others say has nothing left to do, and ends as it would by SIGPIPE.
 */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      if (process.argv[2] === "logs") process.exit(exitWithoutReader);
    });
  }
}

function endOfOptions(argv: readonly string[]): number {
  const at = argv.indexOf("--");
  return at === -1 ? argv.length : at;
}

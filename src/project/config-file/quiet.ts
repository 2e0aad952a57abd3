type EmitWarning = typeof process.emitWarning;

/**
 * Runs something without Node's remarks that taking types out of a file is experimental, or that a package has no "type": the user
 * asked for neither, and can do nothing about them. Everything else is passed on.
 */
export function withoutExperimentalWarnings<T>(run: () => T): T {
  const passOn = silence();
  try {
    return run();
  } finally {
    process.emitWarning = passOn;
  }
}

/** The same around something that takes its time. */
export async function withoutExperimentalWarningsWhile<T>(run: () => Promise<T>): Promise<T> {
  const passOn = silence();
  try {
    return await run();
  } finally {
    process.emitWarning = passOn;
  }
}

function silence(): EmitWarning {
  // oxlint-disable-next-line typescript/unbound-method -- it is put back, and called on the process
  const passOn = process.emitWarning;
  const filtered = (warning: string | Error, ...rest: unknown[]): void => {
    const [options, code] = rest;
    const type =
      typeof options === "object" && options !== null && "type" in options ? options.type : options;
    if (type === "ExperimentalWarning" || code === "MODULE_TYPELESS_PACKAGE_JSON") return;
    Reflect.apply(passOn, process, [warning, ...rest]);
  };
  process.emitWarning = filtered;
  return passOn;
}

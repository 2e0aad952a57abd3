/** What the build of any stack is given. */
export interface BuildEnvironmentParts {
  readonly runtimeBin: string;
  readonly os: string;
  readonly home: string;
  readonly temp: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/**
 * The whole environment of a build: its own variables and secrets, what its stack sets, and what any program needs. Nothing of the
 * deployer's, so that every machine builds the same.
 */
export function buildEnvironmentOf(
  { home, temp, variables, secrets }: BuildEnvironmentParts,
  stack: Readonly<Record<string, string>>,
  path: string,
): Record<string, string> {
  return {
    HOME: home,
    TMPDIR: temp,
    LANG: "C.UTF-8",
    TZ: "UTC",
    CI: "true",
    ...stack,
    ...variables,
    ...secrets,
    PATH: path,
  };
}

/** Who acts, and from where: a person's machine or a CI run. */
export interface Who {
  readonly user: string;
  readonly host: string;
  readonly pid: number;
  readonly ci?: CiRun;
}

export interface CiRun {
  readonly name: string;
  readonly url?: string;
  /** The branch or tag that it ran on. */
  readonly ref?: string;
  readonly actor?: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Which CI run these variables tell of, if any. */
export function ciRunOf(env: Variables): CiRun | undefined {
  const system = ciSystems.find(({ when }) => isSet(env[when]));
  if (system === undefined) return undefined;
  const [url, ref, actor] = [system.url(env), firstOf(env, system.ref), firstOf(env, system.actor)];
  return {
    name: system.name,
    ...(url === undefined ? {} : { url }),
    ...(ref === undefined ? {} : { ref }),
    ...(actor === undefined ? {} : { actor }),
  };
}

/** `deployer on build-7`, with the CI run where there is one. */
export function whoText(who: Who): string {
  const person = `${who.ci?.actor ?? who.user} on ${who.host}`;
  if (who.ci === undefined) return person;
  return `${person}, ${who.ci.name}${who.ci.url === undefined ? "" : ` run ${who.ci.url}`}`;
}

interface CiSystem {
  readonly name: string;
  /** The variable that only this system sets. */
  readonly when: string;
  url(env: Variables): string | undefined;
  readonly ref: readonly string[];
  readonly actor: readonly string[];
}

/** The more particular come first: several systems set the bare `CI` as well. */
const ciSystems: readonly CiSystem[] = [
  {
    name: "GitHub Actions",
    when: "GITHUB_ACTIONS",
    url: githubRun,
    ref: ["GITHUB_HEAD_REF", "GITHUB_REF_NAME"],
    actor: ["GITHUB_TRIGGERING_ACTOR", "GITHUB_ACTOR"],
  },
  {
    name: "GitLab CI",
    when: "GITLAB_CI",
    url: (env) => firstOf(env, ["CI_JOB_URL", "CI_PIPELINE_URL"]),
    ref: ["CI_COMMIT_REF_NAME"],
    actor: ["GITLAB_USER_LOGIN"],
  },
  {
    name: "CircleCI",
    when: "CIRCLECI",
    url: (env) => firstOf(env, ["CIRCLE_BUILD_URL"]),
    ref: ["CIRCLE_TAG", "CIRCLE_BRANCH"],
    actor: ["CIRCLE_USERNAME"],
  },
  {
    name: "Buildkite",
    when: "BUILDKITE",
    url: (env) => firstOf(env, ["BUILDKITE_BUILD_URL"]),
    ref: ["BUILDKITE_TAG", "BUILDKITE_BRANCH"],
    actor: ["BUILDKITE_BUILD_CREATOR"],
  },
  {
    name: "Azure Pipelines",
    when: "TF_BUILD",
    url: azureRun,
    ref: ["BUILD_SOURCEBRANCHNAME"],
    actor: ["BUILD_REQUESTEDFOR"],
  },
  {
    name: "Jenkins",
    when: "JENKINS_URL",
    url: (env) => firstOf(env, ["BUILD_URL"]),
    ref: ["BRANCH_NAME", "GIT_BRANCH"],
    actor: ["BUILD_USER_ID"],
  },
  { name: "CI", when: "CI", url: () => undefined, ref: [], actor: [] },
];

function githubRun(env: Variables): string | undefined {
  const [server, repository, run] = [
    env["GITHUB_SERVER_URL"],
    env["GITHUB_REPOSITORY"],
    env["GITHUB_RUN_ID"],
  ];
  return isSet(server) && isSet(repository) && isSet(run)
    ? `${server}/${repository}/actions/runs/${run}`
    : undefined;
}

function azureRun(env: Variables): string | undefined {
  const [collection, team, build] = [
    env["SYSTEM_TEAMFOUNDATIONCOLLECTIONURI"],
    env["SYSTEM_TEAMPROJECT"],
    env["BUILD_BUILDID"],
  ];
  return isSet(collection) && isSet(team) && isSet(build)
    ? `${collection}${encodeURIComponent(team)}/_build/results?buildId=${build}`
    : undefined;
}

function firstOf(env: Variables, names: readonly string[]): string | undefined {
  return names.map((name) => env[name]).find(isSet);
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== "" && value !== "false";
}

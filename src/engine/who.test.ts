import { describe, expect, it } from "vitest";
import { ciRunOf, whoText } from "./who.ts";

describe("ciRunOf", () => {
  it("knows nothing of a CI run on a person's machine, nor where CI is switched off", () => {
    expect(ciRunOf({})).toBeUndefined();
    expect(ciRunOf({ CI: "false" })).toBeUndefined();
  });

  it("reads run, branch and actor of GitHub Actions, of a pull request's own branch too", () => {
    const run = {
      CI: "true",
      GITHUB_ACTIONS: "true",
      GITHUB_SERVER_URL: "https://github.com",
      GITHUB_REPOSITORY: "shop/site",
      GITHUB_RUN_ID: "42",
      GITHUB_REF_NAME: "main",
      GITHUB_ACTOR: "octocat",
    };
    expect(ciRunOf(run)).toEqual({
      name: "GitHub Actions",
      url: "https://github.com/shop/site/actions/runs/42",
      ref: "main",
      actor: "octocat",
    });
    expect(ciRunOf({ ...run, GITHUB_HEAD_REF: "fix" })?.ref).toBe("fix");
  });

  it.each([
    [
      { GITLAB_CI: "true", CI_JOB_URL: "https://gitlab/j/1", CI_COMMIT_REF_NAME: "main" },
      "GitLab CI",
      "https://gitlab/j/1",
    ],
    [
      { BUILDKITE: "true", BUILDKITE_BUILD_URL: "https://bk/1", BUILDKITE_BRANCH: "main" },
      "Buildkite",
      "https://bk/1",
    ],
    [{ JENKINS_URL: "https://j", BUILD_URL: "https://j/7", BRANCH_NAME: "main" }, "Jenkins", "https://j/7"],
    [
      {
        TF_BUILD: "True",
        SYSTEM_TEAMFOUNDATIONCOLLECTIONURI: "https://dev/",
        SYSTEM_TEAMPROJECT: "a b",
        BUILD_BUILDID: "3",
        BUILD_SOURCEBRANCHNAME: "main",
      },
      "Azure Pipelines",
      "https://dev/a%20b/_build/results?buildId=3",
    ],
  ])("knows %o", (env, name, url) => {
    expect(ciRunOf(env)).toEqual({ name, url, ref: "main" });
  });

  it("names a CI that it does not know as such", () => {
    expect(ciRunOf({ CI: "1" })).toEqual({ name: "CI" });
  });
});

describe("whoText", () => {
  it("names the person behind a run rather than the runner's user", () => {
    const who = { user: "runner", host: "build-7", pid: 1 };
    expect(whoText(who)).toBe("runner on build-7");
    expect(whoText({ ...who, ci: { name: "GitHub Actions", actor: "octocat" } })).toBe(
      "octocat on build-7, GitHub Actions",
    );
  });
});

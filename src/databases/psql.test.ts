import { describe, expect, it } from "vitest";
import { psqlCommand, type PsqlRequest } from "./psql.ts";

const request: PsqlRequest = {
  address: { kind: "postgres", name: "shop", variables: { PGHOST: "h", PGPASSWORD: "hunter2" } },
  environment: "staging",
  write: false,
  sql: undefined,
  json: false,
  env: { PATH: "/bin", PGSERVICE: "other", HOME: "/home/ada", EMPTY: undefined },
};

describe("psqlCommand", () => {
  it("has the password in its environment only, and nothing of another server", () => {
    const { command, variables } = psqlCommand(request);
    expect(command.join(" ")).not.toContain("hunter2");
    expect(variables).toEqual({
      PATH: "/bin",
      HOME: "/home/ada",
      PGHOST: "h",
      PGPASSWORD: "hunter2",
      PGOPTIONS: "-c default_transaction_read_only=on",
    });
  });

  it("says in its prompt whether it writes", () => {
    expect(psqlCommand(request).command).toEqual(["psql", "--set=PROMPT1=staging (read-only) %/%R%x%# "]);
    const writing = psqlCommand({ ...request, write: true });
    expect(writing.command).toEqual(["psql", "--set=PROMPT1=staging (WRITES) %/%R%x%# "]);
    expect(writing.variables["PGOPTIONS"]).toBeUndefined();
  });

  it("keeps the options of the address", () => {
    const address = { ...request.address, variables: { PGOPTIONS: "-c search_path=shop" } };
    expect(psqlCommand({ ...request, address }).variables["PGOPTIONS"]).toBe(
      "-c search_path=shop -c default_transaction_read_only=on",
    );
  });

  it("carries out one statement, as JSON where asked", () => {
    const plain = ["psql", "--no-psqlrc", "--set=ON_ERROR_STOP=1"];
    expect(psqlCommand({ ...request, sql: "select 1;" }).command).toEqual([...plain, "--command=select 1;"]);
    expect(psqlCommand({ ...request, sql: "select 1; ", json: true }).command).toEqual([
      ...plain,
      "--tuples-only",
      "--no-align",
      "--command=SELECT coalesce(json_agg(cozy), '[]') FROM (\nselect 1\n) AS cozy",
    ]);
  });
});

import type { DatabaseAddress } from "./address.ts";

export interface PsqlRequest {
  readonly address: DatabaseAddress & { readonly kind: "postgres" };
  /** For the prompt. */
  readonly environment: string;
  readonly write: boolean;
  /** A statement to carry out instead of asking for them. */
  readonly sql: string | undefined;
  readonly json: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface PsqlCommand {
  readonly command: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * PostgreSQL's own shell. Where it connects to is in its environment and never among its arguments, which every user of the machine can
 * read. Without `write` its transactions begin as ones that may only read. Pure.
 */
export function psqlCommand({ address, environment, write, sql, json, env }: PsqlRequest): PsqlCommand {
  const own = Object.entries(env).flatMap(([name, value]) =>
    value === undefined || name.startsWith("PG") ? [] : [[name, value] as const],
  );
  const readOnly = write ? [] : ["-c default_transaction_read_only=on"];
  const options = [address.variables["PGOPTIONS"] ?? "", ...readOnly].filter(Boolean).join(" ");
  const variables = {
    ...Object.fromEntries(own),
    ...address.variables,
    ...(options === "" ? {} : { PGOPTIONS: options }),
  };
  const prompt = `--set=PROMPT1=${environment} ${write ? "(WRITES)" : "(read-only)"} %/%R%x%# `;
  if (sql === undefined) return { command: ["psql", prompt], variables };
  const plain = ["psql", "--no-psqlrc", "--set=ON_ERROR_STOP=1"];
  if (!json) return { command: [...plain, `--command=${sql}`], variables };
  const rows = `SELECT coalesce(json_agg(cozy), '[]') FROM (\n${sql.trim().replace(/;$/, "")}\n) AS cozy`;
  return { command: [...plain, "--tuples-only", "--no-align", `--command=${rows}`], variables };
}

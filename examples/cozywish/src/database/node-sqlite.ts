import { mkdirSync } from "node:fs";
import path from "node:path";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import {
  SqliteAdapter,
  SqliteDialect,
  type Dialect,
  type SqliteDatabase,
  type SqliteStatement,
} from "kysely";

/** SQLite as it comes with Node: kysely's own dialect, given `node:sqlite` in place of a package to compile. */
export function openNodeSqlite(file: string): Dialect {
  return new NodeSqliteDialect({ database: async () => openFile(file) });
}

class NodeSqliteDialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new TransactionalSqliteAdapter();
  }
}

/** SQLite rolls back `create table` too, so migrations can be all or nothing, as they are on PostgreSQL. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

function openFile(file: string): SqliteDatabase {
  mkdirSync(path.dirname(file), { recursive: true });
  const database = new DatabaseSync(file, { timeout: 5_000, enableForeignKeyConstraints: true });
  // WAL lets other processes (a second instance, a backup) read while one writes.
  database.exec("pragma journal_mode = wal; pragma synchronous = normal;");
  const statements = new Map<string, SqliteStatement>();
  return {
    close: () => database.close(),
    prepare: (sql) => {
      const known = statements.get(sql);
      if (known) return known;
      const statement = adapt(database.prepare(immediate(sql)));
      // Searches make a few dozen shapes of SQL; the limit only guards against one that nobody foresaw.
      if (statements.size >= 500) statements.clear();
      statements.set(sql, statement);
      return statement;
    },
  };
}

/**
 * Our transactions write. Taking the write lock at `begin` makes a second process wait there for its turn, where
 * a deferred one would fail at its first write, with what it had read out of date.
 */
function immediate(sql: string): string {
  return sql === "begin" ? "begin immediate" : sql;
}

function adapt(statement: StatementSync): SqliteStatement {
  const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...values(parameters)),
    run: (parameters) => statement.run(...values(parameters)),
    iterate: (parameters) => statement.iterate(...values(parameters)),
  };
}

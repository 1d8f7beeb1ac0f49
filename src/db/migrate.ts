import type { Database } from './database';
import { DatabaseError } from './database-error';

/** A step of the schema. Numbered from 1 without gaps; once released, its SQL never changes. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  /** Several statements, without BEGIN and COMMIT. */
  readonly sql: string;
}

/** Refuses a list that is not numbered 1, 2, 3 …: a mistake of the program, DatabaseError `sql`. */
export function checkNumbering(migrations: readonly Migration[]): void {
  migrations.forEach(({ version, name }, index) => {
    if (version !== index + 1) {
      throw new DatabaseError('sql', `Migration ${version} (${name}) stands where ${index + 1} must be.`);
    }
  });
}

/**
 * Brings the schema from `user_version` to the last migration. Each migration is one transaction, which raises
 * `user_version` as well: one that fails leaves the file at the version before it, and is thrown.
 *
 * Foreign keys are checked at the end of each migration instead of during it, because rebuilding a table drops the old
 * one (https://sqlite.org/lang_altertable.html#otheralter).
 */
export function migrate(database: Database, migrations: readonly Migration[]): void {
  checkNumbering(migrations);
  const current = database.get('PRAGMA user_version', [], ([version]) => Number(version)) ?? 0;
  const pending = migrations.filter(({ version }) => version > current);
  if (pending.length === 0) return;
  database.exec('PRAGMA foreign_keys = OFF');
  try {
    for (const migration of pending) apply(database, migration);
  } finally {
    database.exec('PRAGMA foreign_keys = ON');
  }
}

function apply(database: Database, { version, name, sql }: Migration): void {
  database.transaction(() => {
    database.exec(sql);
    const [broken] = database.all(
      'PRAGMA foreign_key_check',
      [],
      ([table, , parent]) => `${String(table)} → ${String(parent)}`,
    );
    if (broken !== undefined) {
      throw new DatabaseError('constraint', `Migration ${version} (${name}) breaks a foreign key: ${broken}`);
    }
    database.exec(`PRAGMA user_version = ${version}`);
  });
}

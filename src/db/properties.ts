import type { Database } from './database';

/** Single facts about a database file. */
export function getProperty(database: Database, name: string): string | undefined {
  return database.get('SELECT value FROM properties WHERE name = ?', [name], (row) => row[0] as string);
}

export function setProperty(database: Database, name: string, value: string): void {
  database.run('INSERT OR REPLACE INTO properties (name, value) VALUES (?, ?)', [name, value]);
}

export function deleteProperty(database: Database, name: string): void {
  database.run('DELETE FROM properties WHERE name = ?', [name]);
}

import { listAccounts } from '../db/accounts';
import type { Database } from '../db/database';
import { countEmails } from '../db/emails';
import { mailboxKeys } from '../db/mailboxes';
import { listChanges } from '../db/pending-changes';
import type { Diagnostics } from './api';
import type { EngineContext } from './engine-context';

/** What a bug report needs of the engine. Holds nothing that names a person, a server or a message. */
export function diagnose({ db, sync }: EngineContext): Diagnostics {
  const changes = listChanges(db);
  return {
    node: process.versions.node,
    bytes: { mail: sizeOf(db.mail), bodies: sizeOf(db.bodies) },
    accounts: listAccounts(db).map(({ id }) => {
      const own = changes.filter(({ accountId }) => accountId === id);
      const failed = own.filter(({ state }) => state === 'failed').length;
      return {
        accountId: id,
        state: sync.status(id).state,
        capabilities: sync.capabilities(id),
        mailboxes: mailboxKeys(db, id).size,
        emails: countEmails(db, id),
        pending: own.length - failed,
        failed,
      };
    }),
  };
}

function sizeOf(database: Database): number {
  const pragma = (name: string): number => database.get(`PRAGMA ${name}`, [], (row) => row[0] as number) ?? 0;
  return pragma('page_count') * pragma('page_size');
}

import assert from 'node:assert/strict';
import type { MessagePage } from '../../../src/engine/api';
import type { Method, Params, Result } from '../../../src/engine/api';
import { attachToEngine } from '../../../src/engine/host/attach';
import type { Mailbox, MailboxRole } from '../../../src/model/mailbox';
import type { MessageRow } from '../../../src/model/email';
import type { AccountId } from '../../../src/model/ids';
import { activeExtension } from './mailpane';

/**
 * The suite as one more window on the engine of this host: VS Code lets nobody read a tree's rows, but this door gives what
 * every window's trees show.
 */
export interface OtherWindow {
  request<M extends Method>(method: M, params: Params<M>): Promise<Result<M>>;
  mailbox(accountId: AccountId, role: MailboxRole): Promise<Mailbox>;
  rows(mailbox: Mailbox): Promise<MessagePage['rows']>;
  row(mailbox: Mailbox, subject: string): Promise<MessageRow>;
  close(): Promise<void>;
}

export async function openOtherWindow(): Promise<OtherWindow> {
  const { exports } = await activeExtension();
  const served = await attachWithin(exports.storageUri.fsPath, 10_000);
  const request: OtherWindow['request'] = (method, params) => served.connection.sendRequest(method, params);
  const rows: OtherWindow['rows'] = async ({ id }) =>
    (await request('messages/list', { source: { mailboxId: id }, limit: 100, after: null })).rows;
  return {
    request,
    rows,
    async mailbox(accountId, role) {
      const all = await request('mailboxes/list', {});
      const found = all.find((mailbox) => mailbox.accountId === accountId && mailbox.role === role);
      assert(found, `account ${accountId} has no ${role}`);
      return found;
    },
    async row(mailbox, subject) {
      const found = (await rows(mailbox)).find((row) => row.subject === subject);
      assert(found, `“${subject}” is not in ${mailbox.name}`);
      return found;
    },
    close: () => served.close(),
  };
}

async function attachWithin(folder: string, ms: number) {
  const deadline = Date.now() + ms;
  for (;;) {
    const served = await attachToEngine({ folder, version: 'test' }, () => undefined);
    if (served !== null) return served;
    if (Date.now() > deadline) throw new Error(`no engine answers in ${folder}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

import { expect, it } from 'vitest';
import { listChanges } from '../../../../src/db/pending-changes';
import { applyAction } from '../../../../src/engine/apply-action';
import type { EmailId, MailboxId } from '../../../../src/model/ids';
import { addMessage } from '../../../servers/scripted-imap';
import { breakOffAt } from '../../../support/scripted-account';
import {
  act,
  copies,
  openCopies,
  settle,
  shownIn,
  withMove,
  type OpenedCopies,
} from '../../../support/scripted-copies';

/** Flags or unflags a message where it is shown, as the person does. */
function flag({ account: { db } }: OpenedCopies, emailId: EmailId, on: boolean): void {
  const [mailboxId] = db.mail.all(
    'SELECT mailbox_id FROM email_mailboxes WHERE email_id = ? AND shown = 1',
    [emailId],
    (row) => row[0] as MailboxId,
  );
  if (mailboxId === undefined) throw new Error('shown nowhere');
  const target = { emailId, mailboxId };
  applyAction(db, { type: 'keyword', keyword: '$flagged', on }, [target], { now: 1, remember: true });
}

/** Somebody moves it meanwhile, and the cycle that meets it breaks off before it could hear that it left. */
async function flagWhileMoved(opened: OpenedCopies): Promise<EmailId> {
  const { account, archive, other } = opened;
  const id = account.email('INBOX 5');
  act(opened, id, ['Other'], ['INBOX']);
  await settle(opened);
  flag(opened, id, true);
  const [moved] = other.messages.splice(0);
  if (moved === undefined) throw new Error('no message');
  addMessage(archive, moved.raw);
  await breakOffAt(opened, 'Other');
  return id;
}

it('S28: of two rows of one message, what was done last to either of them counts', async () => {
  const opened = await openCopies(withMove);
  const { account, archive } = opened;
  const { db } = account;
  const id = await flagWhileMoved(opened);
  const ids = db.mail.all(
    "SELECT id FROM emails WHERE subject = 'INBOX 5' ORDER BY id",
    [],
    (row) => row[0] as EmailId,
  );
  const twin = ids[1];
  if (twin === undefined) throw new Error('no second row');
  for (const on of [true, false]) {
    flag(opened, twin, on);
    await account.drain();
  }
  expect(copies(archive, 'INBOX 5')).toEqual(['']);
  expect(listChanges(db)).toMatchObject([{ emailId: id, state: 'queued' }]);

  await settle(opened);
  expect(account.email('INBOX 5')).toBe(id);
  expect(shownIn(opened, id)).toEqual(['Archive']);
  expect(listChanges(db)).toEqual([]);
  expect(copies(archive, 'INBOX 5')).toEqual(['']);
});

it('S28: and what nobody has said otherwise since is done', async () => {
  const opened = await openCopies(withMove);
  const { account, archive } = opened;
  const id = await flagWhileMoved(opened);
  await account.drain();
  await settle(opened);
  expect(account.email('INBOX 5')).toBe(id);
  expect(copies(archive, 'INBOX 5')).toEqual(['\\Flagged']);
});

import { describe, expect, it } from 'vitest';
import { initialSource, isThere, listHeading, roleOf } from '../../../../src/views/messages/list-heading';
import { account, asAccountId, asMailboxId, directoryState, english, mailbox, overview } from '../support/samples';

const inbox = mailbox(1, { role: 'inbox', name: 'INBOX' });
const lists = mailbox(2, { name: 'Lists' });
const one = directoryState(overview([account('work')]), [inbox, lists]);
const two = directoryState(overview([account('work'), account('home', { state: 'backfilling', done: 5, total: 9 })]), [
  inbox,
  lists,
  mailbox(3, { accountId: asAccountId('home'), role: 'inbox' }),
]);

describe('listHeading', () => {
  it('names the mailbox, and its account where there are several', () => {
    expect(listHeading({ mailboxId: inbox.id }, one, english).title).toBe('Inbox');
    expect(listHeading({ mailboxId: lists.id }, two, english).title).toBe('Lists — work mail');
    expect(listHeading('inboxes', two, english).title).toBe('All Inboxes');
    expect(listHeading(null, one, english).title).toBe('Messages');
  });

  it('tells how far the accounts of the list are, and not the others', () => {
    expect(listHeading('inboxes', two, english)).toMatchObject({ description: 'Fetching… 5 of 9', busy: true });
    expect(listHeading({ mailboxId: inbox.id }, two, english)).toMatchObject({ description: '', busy: false });
  });
});

describe('initialSource', () => {
  it('is what was shown last, as long as it is there', () => {
    expect(initialSource({ mailboxId: 2 }, one)).toEqual({ mailboxId: 2 });
    expect(initialSource({ mailboxId: 99 }, one)).toEqual({ mailboxId: 1 });
    expect(initialSource('inboxes', two)).toBe('inboxes');
  });

  it('is all inboxes, which with one account is its inbox, else its first mailbox', () => {
    expect(initialSource(undefined, two)).toBe('inboxes');
    expect(initialSource('inboxes', one)).toEqual({ mailboxId: 1 });
    expect(initialSource(undefined, directoryState(overview([account('work')]), [lists]))).toEqual({ mailboxId: 2 });
  });

  it('waits while no mailbox is known', () => {
    expect(initialSource(undefined, directoryState(overview([account('work')]), []))).toBeNull();
  });

  it.each([7, 'else', null, { mailboxId: '1' }, []])('takes nothing strange for a list: %o', (remembered) => {
    expect(initialSource(remembered, one)).toEqual({ mailboxId: 1 });
  });
});

describe('a chosen list', () => {
  it('is there as long as its mailbox is', () => {
    expect(isThere({ mailboxId: asMailboxId(99) }, one)).toBe(false);
    expect(isThere({ mailboxId: asMailboxId(2) }, one)).toBe(true);
    expect(isThere('inboxes', directoryState(overview([]), []))).toBe(false);
  });

  it('has the role of its mailbox', () => {
    expect([roleOf('inboxes', one), roleOf({ mailboxId: lists.id }, one), roleOf(null, one)]).toEqual([
      'inbox',
      null,
      null,
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { allMailboxes, destinations } from '../../../../src/views/commands/mailbox-choices';
import { createRecentMailboxes } from '../../../../src/views/commands/recent-mailboxes';
import { account, asAccountId, asMailboxId, directoryState, english, mailbox, overview } from '../support/samples';

const { rights } = mailbox(1);
const state = directoryState(overview([account('work'), account('home')]), [
  mailbox(1, { role: 'inbox' }),
  mailbox(6, { role: 'drafts' }),
  mailbox(2, { name: 'Projects' }),
  mailbox(3, { name: 'Patches', parentId: asMailboxId(2) }),
  mailbox(4, { name: 'Read only', rights: { ...rights, mayAddItems: false } }),
  mailbox(5, { accountId: asAccountId('home'), role: 'inbox' }),
]);
const work = asAccountId('work');

describe('destinations', () => {
  it('are the mailboxes of the account that take messages, without the one they are in, used ones first and unlikely ones last', () => {
    const choices = destinations(state, work, new Set([asMailboxId(1)]), [5, 3, 1].map(asMailboxId), english.l10n);
    expect(choices.recent.map(({ label, description }) => [label, description])).toEqual([['Patches', 'Projects']]);
    expect(choices.others.map(({ label }) => label)).toEqual(['Projects', 'Drafts']);
  });
});

describe('allMailboxes', () => {
  it('say where they stand, and whose they are where there are several accounts', () => {
    expect(allMailboxes(state, english.l10n).map(({ label, description }) => `${label}: ${description}`)).toEqual([
      'Inbox: work mail',
      'Drafts: work mail',
      'Projects: work mail',
      'Patches: work mail — Projects',
      'Read only: work mail',
      'Inbox: home mail',
    ]);
  });
});

describe('createRecentMailboxes', () => {
  const memory = (value: unknown) => {
    const store = new Map([['mailpane.recentMailboxes', value]]);
    return {
      get: (key: string) => store.get(key),
      update: (key: string, changed: unknown) => Promise.resolve(void store.set(key, changed)),
    };
  };

  it('has the last one first, each once, and few', () => {
    const recent = createRecentMailboxes(memory(undefined));
    for (const id of [1, 2, 3, 1, 4, 5, 6, 7, 8, 9]) recent.add(asMailboxId(id));
    expect(recent.ids).toEqual([9, 8, 7, 6, 5, 4, 1, 3]);
  });

  it('makes do with anything that is remembered', () => {
    expect(createRecentMailboxes(memory('x')).ids).toEqual([]);
    expect(createRecentMailboxes(memory([1, 'a', null, 2])).ids).toEqual([1, 2]);
  });
});

import type { AccountId, MailboxId } from './ids';
import { mailboxRoles, type Mailbox } from './mailbox';

interface Linked extends Mailbox {
  readonly remoteId: string;
  readonly parentRemoteId: string | null;
}

/** Turns a server's parent ids into ours. A parent that is missing, or part of a cycle, is none: servers do send both. */
export function parentsWithoutCycles(rows: readonly Linked[]): Mailbox[] {
  const byRemote = new Map(rows.map((row) => [`${row.accountId}\n${row.remoteId}`, row]));
  const parentOf = (row: Linked): Linked | undefined =>
    row.parentRemoteId === null ? undefined : byRemote.get(`${row.accountId}\n${row.parentRemoteId}`);
  // Rows whose chain of parents is known to end. Each row is walked once.
  const sound = new Set<Linked>();
  const broken = new Set<Linked>();
  for (const row of rows) {
    const chain = new Set<Linked>();
    let current: Linked | undefined = row;
    while (current !== undefined && !sound.has(current) && !broken.has(current) && !chain.has(current)) {
      chain.add(current);
      current = parentOf(current);
    }
    const cyclic = current !== undefined && chain.has(current);
    if (cyclic && current !== undefined) broken.add(current); // cut the cycle here; the rest hangs below it
    for (const member of chain) if (!broken.has(member)) sound.add(member);
  }
  return rows.map(({ remoteId: _remoteId, parentRemoteId: _parentRemoteId, ...mailbox }, index) => {
    const row = rows[index];
    const parent = row === undefined || broken.has(row) ? undefined : parentOf(row);
    return { ...mailbox, parentId: parent?.id ?? null };
  });
}

/** Account by account: roles first in their usual order, then the server's sort order, then names; children below parents. */
export function inDisplayOrder(mailboxes: readonly Mailbox[], accountOrder: readonly AccountId[]): Mailbox[] {
  const children = new Map<string, Mailbox[]>();
  for (const mailbox of mailboxes) {
    const parent = `${mailbox.accountId}\n${mailbox.parentId ?? ''}`;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [mailbox]);
    else siblings.push(mailbox);
  }
  const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });
  const rank = (mailbox: Mailbox): number =>
    mailbox.role === null ? mailboxRoles.length : mailboxRoles.indexOf(mailbox.role);
  const compare = (a: Mailbox, b: Mailbox): number =>
    rank(a) - rank(b) || a.sortOrder - b.sortOrder || collator.compare(a.name, b.name) || a.id - b.id;
  const ordered: Mailbox[] = [];
  for (const accountId of accountOrder) {
    // A stack, not recursion: mailboxes may be nested as deep as a server likes.
    const below = (parent: MailboxId | ''): Mailbox[] =>
      (children.get(`${accountId}\n${parent}`) ?? []).sort(compare).reverse();
    const stack = below('');
    for (let mailbox = stack.pop(); mailbox !== undefined; mailbox = stack.pop()) {
      ordered.push(mailbox);
      stack.push(...below(mailbox.id));
    }
  }
  return ordered;
}

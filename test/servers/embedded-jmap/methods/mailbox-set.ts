import * as v from 'valibot';

import { invalidProperties, SetFailure } from '../errors';
import type { JsonObject } from '../json';
import {
  accountOf,
  checkState,
  createdId,
  parseArguments,
  setArguments,
  type CallContext,
  type Method,
} from '../method';
import type { Account } from '../store/account';
import type { MailboxRecord } from '../store/records';
import { runSet } from './standard';

const ROLES = ['inbox', 'archive', 'drafts', 'sent', 'trash', 'junk', 'important', 'all', 'flagged', 'subscribed'];

type Values = Omit<MailboxRecord, 'id' | 'emailIds' | 'counts'>;

/** Mailbox/set (RFC 8621 §2.5). */
export const mailboxSet: Method = (args, context) => {
  const schema = v.strictObject({ ...setArguments, onDestroyRemoveEmails: v.optional(v.boolean(), false) });
  const request = parseArguments(schema, args);
  const account = accountOf(request.accountId, context);
  const oldState = account.state('Mailbox');
  checkState(request.ifInState, oldState);
  const done = runSet({ ...request, create: parentsFirst(request.create ?? {}) }, context, {
    create: (_, values) => create(account, values, context),
    update: (id, patch) => {
      update(account, find(account, id), patch, context);
      return null;
    },
    destroy: (id) => destroy(account, find(account, id), request.onDestroyRemoveEmails),
  });
  account.commit();
  return { accountId: request.accountId, oldState, newState: account.state('Mailbox'), ...done };
};

/** A mailbox may name another of the same request as its parent, whatever their order. */
function parentsFirst(create: Record<string, JsonObject>): Record<string, JsonObject> {
  const ordered: Record<string, JsonObject> = {};
  const visit = (id: string, path: string[]) => {
    const values = create[id];
    if (values === undefined || id in ordered || path.includes(id)) return;
    if (typeof values.parentId === 'string' && values.parentId.startsWith('#')) {
      visit(values.parentId.slice(1), [...path, id]);
    }
    ordered[id] = values;
  };
  for (const id of Object.keys(create)) visit(id, []);
  return ordered;
}

function find(account: Account, id: string): MailboxRecord {
  const mailbox = account.mailboxes.get(id);
  if (mailbox === undefined) throw new SetFailure({ type: 'notFound' });
  return mailbox;
}

function create(account: Account, given: JsonObject, context: CallContext): JsonObject {
  const values: Values = {
    name: '',
    parentId: null,
    role: null,
    sortOrder: 0,
    isSubscribed: false,
    ...checked(account, given, undefined, context),
  };
  if (values.name === '') throw invalidProperties('A mailbox needs a name', 'name');
  checkSiblings(account, values, undefined);
  const mailbox = account.addMailbox(values);
  const { name: _, parentId: __, ...defaults } = values;
  const serverSet = Object.fromEntries(Object.entries(defaults).filter(([property]) => !(property in given)));
  const rights = [
    'mayReadItems',
    'mayAddItems',
    'mayRemoveItems',
    'maySetSeen',
    'maySetKeywords',
    'mayCreateChild',
    'mayRename',
    'mayDelete',
    'maySubmit',
  ];
  return {
    id: mailbox.id,
    ...serverSet,
    ...account.counts(mailbox),
    myRights: Object.fromEntries(rights.map((right) => [right, true])),
  };
}

function update(account: Account, mailbox: MailboxRecord, patch: JsonObject, context: CallContext): void {
  const values = checked(account, patch, mailbox, context);
  const renamed = values.name !== undefined || values.parentId !== undefined;
  if (mailbox.role === 'inbox' && renamed) throw new SetFailure({ type: 'forbidden', description: 'Inbox stays' });
  checkSiblings(account, { ...mailbox, ...values }, mailbox.id);
  account.updateMailbox(mailbox, values);
}

function destroy(account: Account, mailbox: MailboxRecord, withEmails: boolean): void {
  if (mailbox.role === 'inbox') throw new SetFailure({ type: 'forbidden', description: 'Inbox stays' });
  const hasChild = [...account.mailboxes.values()].some((other) => other.parentId === mailbox.id);
  if (hasChild) throw new SetFailure({ type: 'mailboxHasChild' });
  if (mailbox.emailIds.size > 0 && !withEmails) throw new SetFailure({ type: 'mailboxHasEmail' });
  account.destroyMailbox(mailbox);
}

/** The values that may be set, checked one by one. */
function checked(
  account: Account,
  given: JsonObject,
  mailbox: MailboxRecord | undefined,
  context: CallContext,
): Partial<Values> {
  const values: Partial<Values> = {};
  for (const [property, value] of Object.entries(given)) {
    switch (property) {
      case 'name':
        if (typeof value !== 'string' || value === '' || Buffer.byteLength(value) > 255 || /\p{Cc}/u.test(value)) {
          throw invalidProperties('The name must have 1 to 255 octets and no control characters', 'name');
        }
        values.name = value.normalize('NFC');
        break;
      case 'parentId':
        values.parentId = checkedParent(account, value, mailbox, context);
        break;
      case 'role':
        values.role = checkedRole(account, value, mailbox);
        break;
      case 'sortOrder':
        if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value >= 2 ** 31) {
          throw invalidProperties('sortOrder is an integer from 0 to 2^31-1', 'sortOrder');
        }
        values.sortOrder = value;
        break;
      case 'isSubscribed':
        if (typeof value !== 'boolean') throw invalidProperties('isSubscribed is a boolean', 'isSubscribed');
        values.isSubscribed = value;
        break;
      default:
        throw invalidProperties(`${property} cannot be set`, property);
    }
  }
  return values;
}

function checkedParent(
  account: Account,
  value: unknown,
  mailbox: MailboxRecord | undefined,
  context: CallContext,
): string | null {
  if (value === null) return null;
  const parentId = typeof value === 'string' ? createdId(value, context) : '';
  if (!account.mailboxes.has(parentId)) throw invalidProperties('There is no such parent', 'parentId');
  for (let id: string | null = parentId; id !== null; id = account.mailboxes.get(id)?.parentId ?? null) {
    if (id === mailbox?.id) throw invalidProperties('A mailbox cannot be below itself', 'parentId');
  }
  return parentId;
}

function checkedRole(account: Account, value: unknown, mailbox: MailboxRecord | undefined): string | null {
  if (value === null) return null;
  if (typeof value !== 'string' || !ROLES.includes(value)) throw invalidProperties('Not a role', 'role');
  const holder = account.mailboxByRole(value);
  if (holder !== undefined && holder !== mailbox) throw invalidProperties('Another mailbox has this role', 'role');
  return value;
}

/** Two mailboxes of one parent must not have one name (RFC 8621 §2). */
function checkSiblings(account: Account, { name, parentId }: Values, ownId: string | undefined): void {
  for (const other of account.mailboxes.values()) {
    if (other.id !== ownId && other.parentId === parentId && other.name === name) {
      throw invalidProperties('Another mailbox there has this name', 'name');
    }
  }
}

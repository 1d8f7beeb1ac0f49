import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { AccountInput } from '../../../src/views/accounts/api';
import type { AccountId } from '../../../src/model/ids';
import { connectJmap, type RawJmap } from '../../servers/raw-jmap';

/** What the extension exports. */
export interface Mailpane {
  addAccount(input: AccountInput): Promise<AccountId>;
  readonly storageUri: vscode.Uri;
}

export async function activeExtension(): Promise<vscode.Extension<Mailpane>> {
  const extension = vscode.extensions.getExtension<Mailpane>('mailpane.mailpane');
  assert(extension, 'the extension is not installed in this host');
  await extension.activate();
  return extension;
}

export const mailServerUrl = (): string => {
  const { MAILPANE_TEST_JMAP: url } = process.env;
  assert(url, 'the runner has told no MAILPANE_TEST_JMAP');
  return url;
};

/** @param user one of those that `environment.ts` makes */
export function accountInput(user: string): Extract<AccountInput, { protocol: 'jmap' }> {
  const email = `${user}@example.test`;
  return { protocol: 'jmap', url: mailServerUrl(), email, user: email, password: `secret-${user}`, name: user };
}

/** The server's own view of a user's mail, behind the extension's back. */
export function connectRaw(user: string): Promise<RawJmap> {
  const { email, password } = accountInput(user);
  return connectJmap({ url: mailServerUrl(), user: email, password });
}

/** Subjects and keywords of what the server has in the mailbox of this role. */
export async function onServer(raw: RawJmap, role: string): Promise<Map<string, string[]>> {
  const { id } = await raw.mailboxByRole(role);
  const { ids } = await raw.call('Email/query', { filter: { inMailbox: id } });
  const { list = [] } = await raw.call('Email/get', { ids, properties: ['subject', 'keywords'] });
  return new Map(list.map(({ subject, keywords }) => [subject ?? '', Object.keys(keywords ?? {}).sort()]));
}

/** Reads until it is as expected, or fails with the last difference. */
export async function eventually<T>(read: () => Promise<T> | T, check: (value: T) => void, ms = 15_000): Promise<T> {
  const deadline = Date.now() + ms;
  for (;;) {
    try {
      const value = await read();
      check(value);
      return value;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

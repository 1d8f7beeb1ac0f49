import type { Faults } from '../servers/embedded-jmap/faults';
import { connectJmap, type RawObject } from '../servers/raw-jmap';
import { allEmails } from '../support/all-emails';
import { otherClient } from '../support/other-client';
import { openSyncedAccount, type Login } from '../support/synced-account';
import type { Trouble, World } from './world';

/** What keeps the account under test, and nobody else, from changing anything. */
export interface Troubles {
  trouble(kind: Trouble): Promise<void>;
  heal(): Promise<void>;
}

/** `login`: of the account under test; the other client may reach the server by another way. */
export async function jmapWorld(login: Login, troubles: Troubles, otherLogin: Login = login): Promise<World> {
  const jmap = await connectJmap(otherLogin);
  const other = otherClient(jmap);
  const account = await openSyncedAccount(login);
  const mailboxes = async (): Promise<RawObject[]> => (await jmap.call('Mailbox/get', { ids: null })).list ?? [];
  const all = await mailboxes();
  const mailbox = async (name: string): Promise<string> => {
    const found = (await mailboxes()).find((one) => one.name === name);
    if (found === undefined) throw new Error(`no mailbox ${name}`);
    return found.id;
  };
  const email = async (subject: string): Promise<string> => {
    const found = (await allEmails(jmap)).find((one) => one.subject === subject);
    if (found === undefined) throw new Error(`no message ${subject}`);
    return found.id;
  };
  return {
    account,
    protocol: 'jmap',
    roleName: (role) => all.find((one) => one.role === role)?.name ?? `none with the role ${role}`,
    async makeMailbox(name) {
      await other.createMailbox(name);
    },
    renameMailbox: async (name, newName) => other.renameMailbox(await mailbox(name), newName),
    async dropMailbox(name) {
      const found = (await mailboxes()).find((one) => one.name === name);
      if (found !== undefined) await other.destroyMailbox(found.id);
    },
    renumber: () => Promise.reject(new Error('JMAP has no such thing')),
    async deliver(name, subject, keywords) {
      const flags = Object.fromEntries(keywords.map((keyword) => [keyword, true]));
      await other.add(await mailbox(name), 1, () => ({ subject, keywords: flags }));
    },
    flag: async (_name, subject, keyword, on) =>
      other.update({ [await email(subject)]: { [`keywords/${keyword}`]: on ? true : null } }),
    move: async (subject, from, to) =>
      other.update({
        [await email(subject)]: {
          [`mailboxIds/${await mailbox(from)}`]: null,
          [`mailboxIds/${await mailbox(to)}`]: true,
        },
      }),
    copy: async (subject, _from, to) =>
      other.update({ [await email(subject)]: { [`mailboxIds/${await mailbox(to)}`]: true } }),
    leave: async (name, subject) =>
      other.update({ [await email(subject)]: { [`mailboxIds/${await mailbox(name)}`]: null } }),
    destroy: async (_mailboxes, subject) => other.destroy([await email(subject)]),
    ...troubles,
    async truth(subjects) {
      const names = new Map((await mailboxes()).map(({ id, name = '' }) => [id, name]));
      const found = (await allEmails(jmap)).filter(({ subject = '' }) => subjects.includes(subject));
      return new Map(
        found.map(({ subject = '', keywords = {}, mailboxIds = {} }) => [
          subject,
          new Set([...Object.keys(keywords), ...Object.keys(mailboxIds).map((id) => `in ${names.get(id) ?? id}`)]),
        ]),
      );
    },
    stop() {
      account.close();
      return Promise.resolve();
    },
  };
}

/** Of the embedded server. */
export function faultTroubles(faults: Faults): Troubles {
  return {
    trouble(kind) {
      faults.clear();
      if (kind === 'offline') faults.always({ kind: 'reset', endpoint: 'api', method: 'Email/set' });
      else if (kind === 'signed out')
        faults.always({ kind: 'status', status: 401, endpoint: 'api', method: 'Email/set' });
      else {
        const type = kind === 'forbidden' ? 'forbidden' : 'overQuota';
        faults.always({ kind: 'setErrors', method: 'Email/set', error: { type } });
      }
      return Promise.resolve();
    },
    heal() {
      faults.clear();
      return Promise.resolve();
    },
  };
}

import type { RawImap } from '../servers/raw-imap';
import type { RawJmap } from '../servers/raw-jmap';

export interface Sample {
  readonly subject: string;
  readonly type?: 'text/plain' | 'text/html';
  readonly body: string;
}

/** Puts messages into the inbox by Email/import, the last one the newest, all unread. */
export async function importMail(raw: RawJmap, samples: readonly Sample[]): Promise<void> {
  const inbox = await raw.mailboxByRole('inbox');
  const newest = Date.now() - 60_000;
  for (const [index, sample] of samples.entries()) {
    const receivedAt = new Date(newest - (samples.length - 1 - index) * 60_000);
    const blobId = await raw.upload(asMessage(sample, index, receivedAt));
    const { notCreated } = await raw.call('Email/import', {
      emails: { a: { blobId, mailboxIds: { [inbox.id]: true }, keywords: {}, receivedAt: utc(receivedAt) } },
    });
    if (notCreated?.a) throw new Error(`${sample.subject}: ${JSON.stringify(notCreated)}`);
  }
}

function asMessage({ subject, type = 'text/plain', body }: Sample, index: number, date: Date): string {
  return [
    'From: Ada Writer <ada@example.org>',
    'To: Alice <alice@example.test>',
    `Subject: ${subject}`,
    `Date: ${date.toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <walk-${index}@example.org>`,
    'MIME-Version: 1.0',
    `Content-Type: ${type}; charset=utf-8`,
    'Content-Transfer-Encoding: 8bit',
    '',
    ...body.split('\n'),
    '',
  ].join('\r\n');
}

/** RFC 8621's UTCDate: seconds, no fraction. */
function utc(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

/** For each message on the server its subject, the names of its mailboxes and its keywords. */
export async function mailOnServer(raw: RawJmap): Promise<Record<string, string>> {
  const { list: mailboxes = [] } = await raw.call('Mailbox/get', { ids: null });
  const names = new Map(mailboxes.map(({ id, name = '' }) => [id, name]));
  const { ids } = await raw.call('Email/query', {});
  const { list = [] } = await raw.call('Email/get', { ids, properties: ['subject', 'mailboxIds', 'keywords'] });
  return Object.fromEntries(
    list.map(({ subject = '', mailboxIds = {}, keywords = {} }) => [
      subject,
      [...Object.keys(mailboxIds).map((id) => names.get(id) ?? id), ...Object.keys(keywords).sort()].join(' '),
    ]),
  );
}

/** The same of an IMAP server: the mailbox as it stands on the wire, and the flags. */
export async function mailOnImapServer(raw: RawImap): Promise<Record<string, string>> {
  const mail: Record<string, string> = {};
  for (const listed of await raw.command('LIST "" "*"')) {
    const path = /(?:"([^"]*)"|(\S+))$/.exec(listed)?.slice(1).find(Boolean) ?? '';
    await raw.command(`EXAMINE "${path}"`);
    const [found = ''] = await raw.command('SEARCH ALL');
    if (!/\d/.test(found)) continue;
    for (const fetched of await raw.command('FETCH 1:* (FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])')) {
      const flags = (/FLAGS \(([^)]*)\)/.exec(fetched)?.[1] ?? '').split(' ').filter((flag) => flag !== '\\Recent');
      mail[/Subject: (.*)\r\n/.exec(fetched)?.[1] ?? ''] = [path, ...flags.sort()].join(' ').trim();
    }
  }
  return mail;
}

import type { Attachment, EmailBody } from '../model/email';
import type { EmailId } from '../model/ids';
import type { MailDb } from './mail-db';
import { getProperty, setProperty } from './properties';

/** The kept body, or undefined where it has to be fetched. */
export function getBody({ bodies }: MailDb, id: EmailId): EmailBody | undefined {
  return bodies.get('SELECT text, html, truncated FROM email_bodies WHERE email_id = ?', [id], (row) => ({
    text: row[0] as string | null,
    html: row[1] as string | null,
    truncated: row[2] === 1,
    attachments: bodies.all(
      'SELECT part_id, blob_id, name, type, size, cid, inline FROM attachments WHERE email_id = ? ORDER BY position',
      [id],
      (part): Attachment => ({
        partId: part[0] as string,
        blobId: part[1] as string | null,
        name: part[2] as string | null,
        type: part[3] as string,
        size: part[4] as number,
        cid: part[5] as string | null,
        inline: part[6] === 1,
      }),
    ),
  }));
}

export function storeBody({ bodies }: MailDb, id: EmailId, body: EmailBody, now: number): void {
  bodies.transaction(() => {
    bodies.run('DELETE FROM email_bodies WHERE email_id = ?', [id]);
    bodies.run('INSERT INTO email_bodies (email_id, text, html, truncated, fetched_at) VALUES (?, ?, ?, ?, ?)', [
      id,
      body.text,
      body.html,
      body.truncated ? 1 : 0,
      now,
    ]);
    for (const [position, part] of body.attachments.entries()) {
      bodies.run(
        `INSERT INTO attachments (email_id, position, part_id, blob_id, name, type, size, cid, inline)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        [id, position, part.partId, part.blobId, part.name, part.type, part.size, part.cid, part.inline ? 1 : 0],
      );
    }
  });
}

export function deleteBodies({ bodies }: MailDb, ids: readonly EmailId[]): void {
  bodies.transaction(() => {
    for (const id of ids) bodies.run('DELETE FROM email_bodies WHERE email_id = ?', [id]);
  });
}

/**
 * Makes bodies.db the companion of this mail.db: one that belongs to another (mail.db was lost or restored) is emptied,
 * because its keys mean other messages.
 */
export function adoptBodies({ mail, bodies }: MailDb): void {
  const identity = getProperty(mail, 'identity') ?? '';
  if (getProperty(bodies, 'identity') === identity) return;
  bodies.transaction(() => {
    bodies.run('DELETE FROM attachments');
    bodies.run('DELETE FROM email_bodies');
    setProperty(bodies, 'identity', identity);
  });
}

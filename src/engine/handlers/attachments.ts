import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Attachment } from '../../model/email';
import type { EmailId } from '../../model/ids';
import { safeFileName } from '../../mail/file-name';
import type { AttachmentFile } from '../api';
import { attachmentFolder, cachedSize, writeCached } from '../attachment-cache';
import { EngineError } from '../client';
import type { EngineContext, Handlers } from '../engine-context';
import { createSharedWork } from '../shared-work';
import { knownEmail, loadBody } from './messages';

/** Octets. A part is streamed to disk, so this only stops a server that never ends. */
const largestPart = 1_000_000_000;
/** Octets of one `cid:` image, and of all of a message: they travel as data: URLs. */
const largestInline = 5_000_000;
const largestInlineTotal = 20_000_000;

export function attachmentHandlers(context: EngineContext) {
  const share = createSharedWork<AttachmentFile>();

  /** Known here, or fetched. A limit is part of what is asked for: a person's own download has no share in a picture's. */
  const fileOf = (emailId: EmailId, part: Attachment, limit: number, signal: AbortSignal): Promise<AttachmentFile> => {
    const { partId, blobId, type } = part;
    const name = safeFileName(part.name, type);
    const folder = attachmentFolder(context.cacheDir, emailId, partId);
    const path = join(folder, name);
    const find = async (ownSignal: AbortSignal): Promise<AttachmentFile> => {
      const known = await cachedSize(folder, name);
      if (known !== null) return { path, type, name, size: known };
      const email = knownEmail(context, emailId);
      const backend = await context.sync.backend(email.accountId, ownSignal);
      const size = await writeCached(folder, name, (file) =>
        backend.fetchPart({ email, partId, blobId, type }, file, limit, ownSignal),
      );
      return { path, type, name, size };
    };
    return share(`${limit} ${path}`, find, signal);
  };

  return {
    'attachments/file': async ({ emailId, partId }, signal) => {
      const { attachments } = await loadBody(context, emailId, signal);
      const part = attachments.find((candidate) => candidate.partId === partId);
      if (part === undefined) throw new EngineError('not-found', 'This message has no such attachment.');
      return await fileOf(emailId, part, largestPart, signal);
    },

    'attachments/inline': async ({ emailId }, signal) => {
      const { attachments } = await loadBody(context, emailId, signal);
      const images: Record<string, string> = {};
      let total = 0;
      for (const part of attachments) {
        if (part.cid === null || !/^image\/(png|jpeg|gif|webp|avif|bmp)$/i.test(part.type)) continue;
        if (part.size > largestInline || total + part.size > largestInlineTotal) continue;
        try {
          const { path, size } = await fileOf(emailId, part, largestInline, signal);
          if (size > largestInline) continue;
          const data = await readFile(path);
          total += data.length;
          images[part.cid] = `data:${part.type.toLowerCase()};base64,${data.toString('base64')}`;
        } catch (error) {
          if (signal.aborted) throw error;
          // One picture that cannot be had leaves a gap; the mail is shown.
        }
      }
      return images;
    },
  } satisfies Partial<Handlers>;
}

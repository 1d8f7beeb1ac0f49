import type { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';

import { leaves } from '../mime/body-structure';
import { decodeBody } from '../mime/decode-body';
import { parseMessage } from '../mime/parse-message';

const PART_SEPARATOR = '-';

/** Octets by id. The id is their hash, so the same octets are the same blob (RFC 8620 §6). */
export class BlobStore {
  #blobs = new Map<string, Buffer>();

  put(octets: Buffer): string {
    const id = `G${createHash('sha1').update(octets).digest('hex')}`;
    if (!this.#blobs.has(id)) this.#blobs.set(id, octets);
    return id;
  }

  /** A stored blob, or the decoded octets of a part of a stored message (see `partBlobId`). */
  get(id: string): Buffer | undefined {
    const whole = this.#blobs.get(id);
    if (whole !== undefined) return whole;
    const [messageId = '', ...number] = id.split(PART_SEPARATOR);
    const message = this.#blobs.get(messageId);
    if (message === undefined || number.length === 0) return undefined;
    const part = leaves(parseMessage(message)).find((leaf) => leaf.partId === number.join('.'));
    return part === undefined ? undefined : decodeBody(part);
  }
}

/** The blob of a part of a message: made of both ids, because an id has no dots (RFC 8620 §1.2). */
export function partBlobId(messageBlobId: string, partId: string): string {
  return [messageBlobId, ...partId.split('.')].join(PART_SEPARATOR);
}

import { open, rm } from 'node:fs/promises';
import * as v from 'valibot';
import { diskError } from '../disk-error';
import { SyncError } from '../sync-error';
import { sendHttp, type HttpAnswer, type HttpContext } from './http';
import { describeIssues, readJson } from './parse-answer';
import { problemOf } from './problem';
import { describeUrl } from './server-url';

/** Streams a blob's octets into `file`, which must not exist yet; nothing of it stays on failure. Returns its size. */
export async function downloadBlob(
  url: URL,
  authorization: string,
  target: { readonly file: string; readonly limit: number },
  context: HttpContext,
): Promise<number> {
  const answer = await sendHttp({ method: 'GET', url, authorization, headers: { Accept: '*/*' } }, context);
  if (answer.status !== 200) throw await problemOf(answer, 'blob');
  const { limit } = target;
  if (Number(answer.headers.get('Content-Length') ?? 0) > limit) {
    answer.discard();
    throw tooLarge(answer, limit);
  }
  const handle = await open(target.file, 'wx', 0o600).catch((error: unknown) => {
    answer.discard();
    throw diskError(error);
  });
  let size = 0;
  try {
    for await (const chunk of answer.chunks()) {
      size += chunk.byteLength;
      if (size > limit) throw tooLarge(answer, limit);
      // From where the last one ended, and whole, which `write` does not promise.
      await handle.writeFile(chunk).catch((error: unknown) => {
        throw diskError(error);
      });
    }
    await handle.close();
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(target.file, { force: true });
    throw error instanceof SyncError ? error : diskError(error);
  }
  return size;
}

const uploadSchema = v.object({ blobId: v.pipe(v.string(), v.minLength(1)), size: v.number() });

/** Uploads octets (RFC 8620 §6.1) under a MIME type. */
export async function uploadBlob(
  url: URL,
  authorization: string,
  blob: { readonly data: Uint8Array; readonly type: string },
  context: HttpContext,
): Promise<{ blobId: string; size: number }> {
  const headers = { 'Content-Type': blob.type, Accept: 'application/json' };
  const answer = await sendHttp({ method: 'POST', url, authorization, headers, body: blob.data }, context);
  if (answer.status !== 200 && answer.status !== 201) throw await problemOf(answer, 'upload');
  const parsed = v.safeParse(uploadSchema, await readJson(answer));
  if (parsed.success) return parsed.output;
  throw new SyncError('protocol', `The answer of ${answer.url.host} makes no sense.`, {
    details: `${describeUrl(answer.url)}: ${describeIssues(parsed.issues)}`,
  });
}

function tooLarge(answer: HttpAnswer, limit: number): SyncError {
  return new SyncError('too-large', `This is larger than the ${Math.ceil(limit / 1e6)} MB that were allowed for it.`, {
    details: describeUrl(answer.url),
  });
}

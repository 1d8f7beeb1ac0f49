import { lookup as resolve, type LookupAddress } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { rasterImageType } from './image-type';

export type ImageErrorReason =
  | 'invalid-url'
  | 'private-address'
  | 'host-not-found'
  | 'unreachable'
  | 'redirects'
  | 'status'
  | 'too-large'
  | 'not-an-image'
  | 'timeout';

/** Why one remote image is not shown; `message` is for a person. */
export class ImageError extends Error {
  override readonly name = 'ImageError';

  constructor(
    readonly reason: ImageErrorReason,
    message: string,
  ) {
    super(message);
  }
}

export interface ImageFetchLimits {
  /** Octets of one image. */
  readonly maxBytes: number;
  readonly maxRedirects: number;
  /** Whether this address may be connected to: only tests give another answer than `isPublicAddress`. */
  readonly isAllowed: (address: string) => boolean;
}

/** One image, over as many redirects as allowed, each checked anew. Nothing of the person goes along: no cookie, referrer or credential. */
export async function fetchImage(
  url: string,
  limits: ImageFetchLimits,
  signal: AbortSignal,
): Promise<{ readonly type: string; readonly data: Buffer }> {
  let target = parseTarget(url);
  for (let hop = 0; hop <= limits.maxRedirects; hop++) {
    const response = await get(target, limits, signal);
    const status = response.statusCode ?? 0;
    const { location } = response.headers;
    if (status >= 300 && status < 400 && location !== undefined) {
      response.destroy();
      target = parseTarget(location, target);
      continue;
    }
    if (status !== 200) {
      response.destroy();
      throw new ImageError('status', `The server answered ${status}.`);
    }
    const data = await readImage(response, limits.maxBytes);
    const type = rasterImageType(data);
    if (type === null) throw new ImageError('not-an-image', 'This is no picture of a kind that is shown.');
    return { type, data };
  }
  throw new ImageError('redirects', 'The server redirects too often.');
}

function parseTarget(url: string, base?: URL): URL {
  const parsed = URL.parse(url, base);
  if (parsed === null || (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') || parsed.hostname === '') {
    throw new ImageError('invalid-url', 'The address of the picture is not valid.');
  }
  parsed.username = '';
  parsed.password = '';
  parsed.hash = '';
  return parsed;
}

function get(url: URL, limits: ImageFetchLimits, signal: AbortSignal): Promise<http.IncomingMessage> {
  // A literal address never reaches `lookup`, so it is checked here.
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(literal) !== 0 && !limits.isAllowed(literal)) return Promise.reject(privateAddress());
  return new Promise((done, fail) => {
    const request = (url.protocol === 'https:' ? https : http).get(url, {
      agent: false,
      lookup: pinnedLookup(limits.isAllowed),
      signal,
      headers: {
        accept: 'image/avif,image/webp,image/png,image/jpeg,image/gif',
        'accept-encoding': 'identity',
        'user-agent': 'Mozilla/5.0 (compatible; Mailpane)',
      },
    });
    request.once('response', done);
    request.once('error', (error) => fail(worded(error)));
  });
}

/**
 * Resolves and hands out only addresses that are allowed; the socket connects to what was checked and to nothing else, so
 * a name that answers differently the second time (DNS rebinding) gains nothing.
 */
function pinnedLookup(isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolve(
      hostname,
      { all: true, family: options.family ?? 0, verbatim: true },
      (error, addresses: LookupAddress[]) => {
        if (error !== null) {
          callback(error, '', 0);
          return;
        }
        const allowed = addresses.filter(({ address }) => isAllowed(address));
        const [first] = allowed;
        if (first === undefined) callback(privateAddress(), '', 0);
        else if (options.all === true) callback(null, allowed);
        else callback(null, first.address, first.family);
      },
    );
  };
}

async function readImage(response: http.IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = new ImageError('too-large', 'The picture is too large.');
  try {
    if (Number(response.headers['content-length'] ?? 0) > maxBytes) throw tooLarge;
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge;
      // Refused at its first octets: no need to read 5 MB of what will not be shown.
      if (chunks.length === 0 && chunk.length >= 16 && rasterImageType(chunk) === null) {
        throw new ImageError('not-an-image', 'This is no picture of a kind that is shown.');
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch (error) {
    throw worded(error);
  } finally {
    response.destroy();
  }
}

const privateAddress = () =>
  new ImageError('private-address', 'The address is not on the public internet, so it is not asked.');

function worded(error: unknown): Error {
  if (error instanceof ImageError) return error;
  const { code, name, message } = error as NodeJS.ErrnoException;
  if (name === 'AbortError' || name === 'TimeoutError') return error as Error;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return new ImageError('host-not-found', 'The server is not found.');
  return new ImageError('unreachable', `The server cannot be reached: ${message}`);
}

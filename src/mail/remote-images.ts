/**
 * Remote images that a person allowed, fetched here so that the page's CSP never loosens. A mail could use this to knock
 * at doors inside the person's network, so only public addresses are asked, and everything is bounded.
 */
import { fetchImage, ImageError, type ImageFetchLimits } from './image-fetch';
import { isPublicAddress } from './public-address';

/** `data` is a `data:` URL; null if the image could not be had, with the reason in a person's words. */
export interface RemoteImage {
  readonly url: string;
  readonly data: string | null;
  readonly reason: string | null;
}

export interface RemoteImageLimits extends ImageFetchLimits {
  /** Octets of all images of one call (a message). */
  readonly maxTotalBytes: number;
  readonly concurrency: number;
  /** ms for one image with its redirects. */
  readonly timeout: number;
}

export const remoteImageLimits: RemoteImageLimits = {
  maxBytes: 5_000_000,
  maxTotalBytes: 30_000_000,
  maxRedirects: 3,
  concurrency: 6,
  timeout: 10_000,
  isAllowed: isPublicAddress,
};

/**
 * In the order of `urls`, doubles fetched once. One image that fails is an answer with a reason, never an error; only
 * `signal` rejects. `limits` are changed by tests, which have no public server.
 */
export async function loadRemoteImages(
  urls: readonly string[],
  signal: AbortSignal,
  limits: Partial<RemoteImageLimits> = {},
): Promise<RemoteImage[]> {
  const bounds = { ...remoteImageLimits, ...limits };
  const loaded = new Map<string, RemoteImage>();
  const queue = [...new Set(urls)];
  let left = bounds.maxTotalBytes;

  const loadOne = async (url: string): Promise<RemoteImage> => {
    if (left <= 0) return { url, data: null, reason: totalReason };
    const timeout = AbortSignal.timeout(bounds.timeout);
    try {
      const image = await fetchImage(url, bounds, AbortSignal.any([signal, timeout]));
      if (image.data.length > left) return { url, data: null, reason: totalReason };
      left -= image.data.length;
      return { url, data: `data:${image.type};base64,${image.data.toString('base64')}`, reason: null };
    } catch (error) {
      signal.throwIfAborted();
      return { url, data: null, reason: reasonOf(error, timeout) };
    }
  };
  const work = async () => {
    for (let url = queue.shift(); url !== undefined; url = queue.shift()) {
      signal.throwIfAborted();
      loaded.set(url, await loadOne(url));
    }
  };

  await Promise.all(Array.from({ length: Math.min(bounds.concurrency, queue.length) }, work));
  return urls.flatMap((url) => loaded.get(url) ?? []);
}

const totalReason = 'The pictures of this message are too large together.';

function reasonOf(error: unknown, timeout: AbortSignal): string {
  if (timeout.aborted) return 'The server takes too long.';
  return error instanceof ImageError ? error.message : `The picture cannot be loaded: ${String(error)}`;
}

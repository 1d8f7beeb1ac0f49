import type { ImapFlow } from 'imapflow';
import type { ImapResponse } from './attributes';
import { createFetchReader } from './read-fetch';

/** A line that imapflow's stream has cut out: the next one comes only after `next`. */
interface StreamItem {
  readonly payload: Buffer;
  readonly literals: readonly Buffer[];
  readonly next: () => void;
}

/** What of imapflow's inner parts is used: see Executor in connection.ts. */
interface Inner {
  readonly streamer: { push(item: StreamItem | null): boolean };
  readonly currentRequest?:
    | { readonly options?: { readonly untagged?: Readonly<Record<string, (response: ImapResponse) => unknown>> } }
    | false
    | null;
}

/**
 * Lets FETCH responses pass imapflow's parser by, where the command under way wants them. Everything else, and what our
 * reader does not understand, goes on to imapflow. Only one line is under way at a time, so their order stays.
 */
export function tapFetches(client: ImapFlow): void {
  const inner = client as unknown as Inner;
  const { streamer } = inner;
  const push = streamer.push.bind(streamer);
  const read = createFetchReader();
  streamer.push = (item) => {
    const handle = item !== null && inner.currentRequest ? inner.currentRequest.options?.untagged?.FETCH : undefined;
    const response = item === null || handle === undefined ? null : read(item.payload, item.literals);
    if (item === null || handle === undefined || response === null) return push(item);
    handle(response);
    item.next();
    return true;
  };
}

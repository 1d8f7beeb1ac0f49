import { describe, expect, it } from 'vitest';
import { orAborted } from '../../../src/sync/linked-signal';

describe('orAborted', () => {
  it('leaves no failure behind that nobody waits for, or the process would end by it', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    const failing = new Promise<void>((_resolve, reject) => setImmediate(() => reject(new Error('later'))));
    await expect(orAborted(failing, AbortSignal.abort())).rejects.toMatchObject({ reason: 'cancelled' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { parseServerAddress } from '../../../../src/sync/discovery/address';
import { noneFound } from '../../../../src/sync/discovery/none-found';
import { SyncError, type SyncErrorReason } from '../../../../src/sync/sync-error';

/** What each place failed with: the domain itself, then customary names in it. */
function reasonFor(named: SyncErrorReason, ...guessed: SyncErrorReason[]): SyncErrorReason {
  return failure(named, ...guessed).reason;
}

function failure(named: SyncErrorReason, ...guessed: SyncErrorReason[]): SyncError {
  const failures = [named, ...guessed].map((reason, index) => ({
    candidate: { url: new URL(`https://h${index}.example.com/?x=1`), isNamed: index === 0, source: '' },
    error: new SyncError(reason, `Because of ${reason}.`, { details: `d${index}` }),
  }));
  return noneFound(parseServerAddress('alice@example.com'), failures);
}

describe('why no server was found', () => {
  it('is what the domain itself says: hosting leaves odd things at customary names', () => {
    expect(reasonFor('not-jmap', 'tls', 'host-not-found')).toBe('not-jmap');
    expect(reasonFor('offline', 'not-jmap')).toBe('offline');
  });

  it('is what a customary name says where the domain has no host', () => {
    expect(reasonFor('host-not-found', 'host-not-found', 'unavailable', 'not-jmap')).toBe('unavailable');
    expect(reasonFor('host-not-found', 'host-not-found')).toBe('host-not-found');
    expect(reasonFor('host-not-found')).toBe('host-not-found');
  });

  it('is never a broken protocol: what is no server has none to break', () => {
    expect(reasonFor('protocol')).toBe('not-jmap');
  });

  it('is told in a sentence, with every place in the details', () => {
    const error = failure('not-jmap', 'host-not-found');
    expect(error.message).toBe('No mail server was found for example.com. Because of not-jmap.');
    expect(error.details).toBe('https://h0.example.com/: not-jmap, d0\nhttps://h1.example.com/: host-not-found, d1');
  });
});

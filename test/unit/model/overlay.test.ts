import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MailboxId } from '../../../src/model/ids';
import { coalesce, isDestroyedElsewhere, replayIntents, type EmailState } from '../../../src/model/overlay';
import type { EmailIntent } from '../../../src/model/pending-change';

const box = (id: number): MailboxId => id as MailboxId;
const state = (keywords: string[], mailboxIds: number[]): EmailState => ({
  keywords,
  mailboxIds: new Set(mailboxIds.map(box)),
  destroyed: false,
});
const keywords = (add: string[], remove: string[] = []): EmailIntent => ({ type: 'keywords', add, remove });
const move = (from: number, to: number): EmailIntent => ({ type: 'mailboxes', add: [box(to)], remove: [box(from)] });

describe('replayIntents', () => {
  it('S1: shows server state and pending intents in order', () => {
    const shown = replayIntents(state(['$seen'], [1]), [
      keywords(['$flagged'], ['$seen']),
      move(1, 2),
      keywords(['$seen']),
    ]);
    expect(shown).toEqual({ keywords: ['$flagged', '$seen'], mailboxIds: new Set([2]), destroyed: false });
  });

  it('S1: keeps what the server changed meanwhile beside the intent', () => {
    const shown = replayIntents(state(['$answered'], [1, 7]), [keywords(['$flagged']), move(1, 2)]);
    expect(shown.keywords).toEqual(['$answered', '$flagged']);
    expect(shown.mailboxIds).toEqual(new Set([7, 2]));
  });
});

describe('isDestroyedElsewhere', () => {
  const destroy = (...from: number[]): EmailIntent => ({ type: 'destroy', from: from.map(box) });

  it('S9: a message that somebody moved to where the person has not seen it is not deleted for good', () => {
    expect(isDestroyedElsewhere(state([], [1]), [destroy(1)])).toBe(false);
    expect(isDestroyedElsewhere(state([], []), [destroy(1)])).toBe(false);
    expect(isDestroyedElsewhere(state([], [2]), [destroy(1)])).toBe(true);
    expect(isDestroyedElsewhere(state([], [1, 2]), [destroy(1)])).toBe(true);
  });

  it('S9: where the person moved it before counts as seen', () => {
    expect(isDestroyedElsewhere(state([], [1]), [move(1, 2), destroy(2)])).toBe(false);
    expect(isDestroyedElsewhere(state([], [3]), [move(1, 2), destroy(2)])).toBe(true);
  });

  it('takes one that was queued before this was noted as it is', () => {
    expect(isDestroyedElsewhere(state([], [2]), [{ type: 'destroy' }])).toBe(false);
  });
});

describe('coalesce', () => {
  it('S28: toggles come down to the last value', () => {
    expect(coalesce(state([], [1]), [keywords(['$seen']), keywords([], ['$seen']), keywords(['$seen'])])).toEqual({
      destroy: false,
      addKeywords: ['$seen'],
      removeKeywords: [],
      addMailboxes: [],
      removeMailboxes: [],
    });
  });

  it('S28: moves come down to first source and last destination', () => {
    const patch = coalesce(state([], [1]), [move(1, 2), move(2, 3)]);
    expect(patch).toMatchObject({ addMailboxes: [3], removeMailboxes: [1] });
  });

  it('S28: a delete swallows flags and moves', () => {
    const patch = coalesce(state([], [1]), [keywords(['$seen']), move(1, 2), { type: 'destroy' }]);
    expect(patch).toEqual({
      destroy: true,
      addKeywords: [],
      removeKeywords: [],
      addMailboxes: [],
      removeMailboxes: [],
    });
  });

  it('S28: drops what the server already shows', () => {
    expect(coalesce(state(['$seen'], [2]), [keywords(['$seen']), move(1, 2)])).toBeNull();
    expect(coalesce(state([], [1]), [move(1, 2), move(2, 1)])).toBeNull();
  });

  it('S28: what is sent brings the server to what is shown, for any intents', () => {
    const keyword = fc.constantFrom('$seen', '$flagged', 'a');
    const boxId = fc.integer({ min: 1, max: 3 }).map(box);
    const intent: fc.Arbitrary<EmailIntent> = fc.oneof(
      fc.record({ type: fc.constant('keywords' as const), add: fc.array(keyword), remove: fc.array(keyword) }),
      fc.record({ type: fc.constant('mailboxes' as const), add: fc.array(boxId), remove: fc.array(boxId) }),
    );
    const base = fc
      .tuple(fc.uniqueArray(keyword), fc.uniqueArray(boxId))
      .map(([words, ids]) => state([...words].sort(), ids));
    fc.assert(
      fc.property(base, fc.array(intent, { maxLength: 8 }), (server, intents) => {
        const wanted = replayIntents(server, intents);
        const patch = coalesce(server, intents);
        const sent =
          patch === null
            ? server
            : replayIntents(server, [
                { type: 'keywords', add: patch.addKeywords, remove: patch.removeKeywords },
                { type: 'mailboxes', add: patch.addMailboxes, remove: patch.removeMailboxes },
              ]);
        expect(sent).toEqual(wanted);
      }),
      { numRuns: 2000 },
    );
  });
});

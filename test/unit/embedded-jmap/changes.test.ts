import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ChangeLog } from '../../servers/embedded-jmap/store/change-log';
import { message, open, type Open } from './open-server';

/** All pages of changes since a state, as a client reads them. */
async function readChanges({ jmap }: Open, type: string, sinceState: string, maxChanges: number) {
  const pages: { created: string[]; updated: string[]; destroyed: string[] }[] = [];
  for (let state = sinceState; ;) {
    const page = await jmap.call(`${type}/changes`, { sinceState: state, maxChanges });
    const { created, updated, destroyed, newState = '', hasMoreChanges } = page;
    pages.push({ created, updated, destroyed } as (typeof pages)[number]);
    if (hasMoreChanges !== true) return { pages, newState };
    expect(newState).not.toBe(state);
    state = newState;
  }
}

async function stateOf({ jmap }: Open, type = 'Email'): Promise<string> {
  return (await jmap.call(`${type}/get`, { ids: [] })).state ?? '';
}

describe('…/changes (RFC 8620 §5.2)', () => {
  it('S7: pages with intermediate states, and each page holds at most maxChanges', async () => {
    const test = await open();
    const before = await stateOf(test);
    const ids = Array.from({ length: 10 }, (_, n) => test.alice.deliver(message(`Number ${n}`)));
    test.alice.setKeywords(ids[0] ?? '', ['$seen']);
    test.alice.destroy(ids[9] ?? '');
    const { pages, newState } = await readChanges(test, 'Email', before, 4);
    expect(pages.map(({ created }) => created.length)).toEqual([4, 4, 1]);
    expect(pages.flatMap(({ created }) => created)).toEqual(ids.slice(0, 9));
    expect(pages.flatMap(({ updated, destroyed }) => [...updated, ...destroyed])).toEqual([ids[0]]);
    expect(newState).toBe(await stateOf(test));
  });

  it('S6: the state of a later Email/get is not older than that of the changes', async () => {
    const test = await open();
    const before = await stateOf(test);
    test.alice.deliver(message('One'));
    const { newState } = await test.jmap.call('Email/changes', { sinceState: before });
    expect(await stateOf(test)).toBe(newState);
    expect(await test.jmap.call('Email/changes', { sinceState: newState })).toMatchObject({
      oldState: newState,
      newState,
      hasMoreChanges: false,
      created: [],
      updated: [],
      destroyed: [],
    });
  });

  it('S8: cannot calculate from a state that was forgotten, cut off, made up or of another server', async () => {
    const test = await open({ changesKept: 5 });
    const start = await stateOf(test);
    const refused = (sinceState: string) =>
      expect(test.jmap.call('Email/changes', { sinceState })).rejects.toMatchObject({ type: 'cannotCalculateChanges' });
    for (let n = 0; n < 20; n++) test.alice.deliver(message(`Number ${n}`));
    await refused(start);
    await refused('nonsense');
    await refused(`${await stateOf(test)}9`);
    const late = await stateOf(test);
    test.alice.deliver(message('More'));
    await test.jmap.call('Email/changes', { sinceState: late });
    test.alice.forgetChanges();
    await refused(late);
    expect(await test.jmap.call('Email/changes', { sinceState: await stateOf(test) })).toMatchObject({ created: [] });
  });

  it('tells of threads and mailboxes too, and when nothing but counts changed', async () => {
    const test = await open();
    const [mailboxState, threadState] = [await stateOf(test, 'Mailbox'), await stateOf(test, 'Thread')];
    const id = test.alice.deliver(message('One', '', ['Message-ID: <1@x>']));
    const counts = await test.jmap.call('Mailbox/changes', { sinceState: mailboxState });
    expect(counts.updated).toHaveLength(1);
    expect(counts.updatedProperties).toEqual(['totalEmails', 'unreadEmails', 'totalThreads', 'unreadThreads']);
    test.alice.renameMailbox('archive', 'Attic');
    expect(await test.jmap.call('Mailbox/changes', { sinceState: mailboxState })).toMatchObject({
      updatedProperties: null,
    });
    const reply = test.alice.deliver(message('Re: One', '', ['References: <1@x>']));
    const threads = await test.jmap.call('Thread/changes', { sinceState: threadState });
    expect(threads.created).toHaveLength(1);
    const later = threads.newState ?? '';
    test.alice.destroy(reply);
    expect((await test.jmap.call('Thread/changes', { sinceState: later })).updated).toEqual(threads.created);
    test.alice.destroy(id);
    expect((await test.jmap.call('Thread/changes', { sinceState: later })).destroyed).toEqual(threads.created);
  });

  it('a client that follows the pages, of whatever size, ends with what is there', () => {
    const step = fc.record({ id: fc.integer({ min: 0, max: 12 }), kind: fc.constantFrom('touch', 'destroy') });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 7 }), (steps, maxChanges) => {
        const log = new ChangeLog('e', 1_000);
        const start = log.state;
        const alive = new Set<string>();
        let generation = 0;
        const names = new Map<number, string>();
        for (const { id, kind } of steps) {
          const name = names.get(id);
          if (kind === 'destroy' && name !== undefined) {
            names.delete(id);
            alive.delete(name);
            log.record(name, 'destroyed');
          } else if (name !== undefined) {
            log.record(name, 'updated');
          } else {
            // Ids are never given twice.
            const fresh = `${id}.${generation++}`;
            names.set(id, fresh);
            alive.add(fresh);
            log.record(fresh, 'created');
          }
        }
        const seen = new Set<string>();
        for (let state = start; ;) {
          const page = log.since(state, maxChanges);
          expect(page.created.length + page.updated.length + page.destroyed.length).toBeLessThanOrEqual(maxChanges);
          for (const id of page.created) seen.add(id);
          for (const id of page.updated) expect(seen.has(id)).toBe(true);
          for (const id of page.destroyed) expect(seen.delete(id)).toBe(true);
          if (!page.hasMoreChanges) break;
          expect(page.newState).not.toBe(state);
          state = page.newState;
        }
        expect([...seen].sort()).toEqual([...alive].sort());
      }),
      { numRuns: 300 },
    );
  });
});

import { expect, it } from 'vitest';
import { createFocusTeller } from '../../../../src/views/messages/tell-focus';
import { asMailboxId } from '../support/samples';
import { scriptedClient } from '../support/scripted-client';

it('S24: each engine is told what is on screen, also one that takes over', () => {
  const client = scriptedClient({ 'sync/focus': () => null });
  const told = (): unknown[] => client.requested.map(({ params }) => (params as { mailboxId: unknown }).mailboxId);
  client.enter({ state: 'starting' });
  const focus = createFocusTeller(client, (error) => {
    throw error;
  });
  focus.show(asMailboxId(7));
  expect(told()).toEqual([]); // not twice: as it asks, and as the engine is there
  client.enter({ state: 'ready' });
  focus.show(asMailboxId(8));
  expect(told()).toEqual([7, 8]);
  client.enter({ state: 'starting' });
  client.enter({ state: 'ready' });
  expect(told()).toEqual([7, 8, 8]);
  focus.show(null);
  client.enter({ state: 'starting' });
  client.enter({ state: 'ready' });
  expect(told()).toEqual([7, 8, 8, null]); // all inboxes: what an engine takes for granted
  focus.dispose();
  client.enter({ state: 'ready' });
  expect(told()).toHaveLength(4);
});

import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emailKey, storeEmails } from '../../../src/db/emails';
import { openTestDb, serverEmail, testAccount, type TestDb } from '../../support/test-db';
import { QueueModel, roles, type Command } from './queue-model';

/** `QUEUE_MODEL_RUNS=10000` for the long one. */
const runs = Number(process.env.QUEUE_MODEL_RUNS ?? 300);

const message = fc.nat({ max: 1 });
const keyword = fc.constantFrom('$seen', '$flagged', 'work');
const mailbox = fc.constantFrom(...roles);
const outcome = fc.constantFrom<('done' | 'gone' | 'transient' | 'permanent')[]>(
  'done',
  'gone',
  'transient',
  'permanent',
);
const flag = fc.record({ do: fc.constant('keyword' as const), message, keyword, on: fc.boolean() });
const move = fc.record({ do: fc.constant('move' as const), message, to: mailbox });
const undo = fc.constant({ do: 'undo' as const });
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: flag },
  { weight: 5, arbitrary: move },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('destroy' as const), message }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      outcomes: fc.tuple(outcome, fc.oneof({ weight: 3, arbitrary: fc.constant('done' as const) }, outcome)),
      crossing: fc.boolean(),
      meanwhile: fc.option(fc.oneof(flag, move, undo)),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('break' as const),
      how: fc.constantFrom('lost', 'offline', 'crash'),
      taken: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('remote' as const),
      message,
      keyword,
      on: fc.boolean(),
      told: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('remote-move' as const), message, to: mailbox, told: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remote-destroy' as const), message, told: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('tell' as const), message }) },
  { weight: 3, arbitrary: undo },
  { weight: 1, arbitrary: fc.constant({ do: 'retry' as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('discard' as const), at: fc.nat({ max: 20 }) }) },
);

describe('overlay, coalescing and queue against a small model', () => {
  let test: TestDb;
  beforeAll(async () => {
    test = await openTestDb();
  });
  afterAll(() => test.close());
  let run = 0;

  it(
    `S1, S27–S31: any ${runs} sequences of actions, answers, losses, crashes and crossing updates`,
    async () => {
      const property = fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 25 }), async (commands) => {
        run += 1;
        await setImmediate(); // all else is done in one turn of the event loop, and vitest wants to hear of us
        const remoteIds = [`R${run}-0`, `R${run}-1`];
        const inbox = test.mailbox('inbox');
        storeEmails(
          test.db,
          testAccount.id,
          remoteIds.map((id) => serverEmail(id, [inbox])),
        );
        const ids = remoteIds.flatMap((id) => emailKey(test.db, testAccount.id, id) ?? []);
        const model = new QueueModel(test, ids, remoteIds);
        try {
          for (const one of commands) {
            await model.play(one);
            model.check();
          }
          await model.settle();
          expect(model.isSettled()).toBe(true);
        } finally {
          model.clear();
        }
      });
      await fc.assert(property, { numRuns: runs, endOnFailure: false });
    },
    runs * 400,
  );
});

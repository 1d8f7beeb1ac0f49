import type { ChangeOutcome } from './backend';

/** Why a change cannot be made, in a person's words, where both protocols say the same. */
export const changeWords = {
  targetGone: 'The mailbox that this message was moved to is gone.',
  messageMissing: 'The message of this change is not in the database any more, so it could not be sent.',
  nowhere: 'This message would be in no mailbox any more.',
  movedMeanwhile: 'This message was moved to another mailbox meanwhile, so it was not deleted.',
  forbidden: 'You may not do this in that mailbox.',
  full: 'The mailbox is full.',
  tooLarge: 'The message is too large for that.',
} as const;

/** It stands in Outbox and Problems, until the person says Retry or Discard (S30). */
export const refused = (message: string): ChangeOutcome => ({ result: 'permanent', message });

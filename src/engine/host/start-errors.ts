import { EngineError } from '../client';

export function heldByAnother(): EngineError {
  return new EngineError(
    'database',
    'Another window or program holds the mail database and does not answer. Close it; this window goes on by itself.',
    'locked: the lock of mail.db is renewed, but nobody listens at the address beside it',
  );
}

export function endsAgainAndAgain(): EngineError {
  return new EngineError(
    'internal',
    'The mail engine ends right after its start, again and again. A full disk can be the reason: free some space. It is tried again every half minute; your mail and your changes are kept.',
    'The engine of this window ended several times in a row within a minute of its start.',
  );
}

/** Of something that nobody has words for, such as too many open files: what was thrown may hold paths, and is for the log. */
export function cannotStart(thrown: unknown): EngineError {
  return new EngineError(
    'internal',
    'The mail engine cannot be started just now. It is tried again every half minute; your mail and your changes are kept.',
    thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
  );
}

/** `details` may hold what differs each time (a time, a number of a process). */
export function isSameFailure(one: EngineError, other: EngineError): boolean {
  return one.reason === other.reason && one.message === other.message;
}

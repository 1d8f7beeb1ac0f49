/** `locked`: another owner lives, or has taken over. `io`: the lock's file cannot be created or kept alive. */
export type LockErrorReason = 'locked' | 'io';

/** Why the folder of the mail database is not ours. */
export class LockError extends Error {
  override readonly name = 'LockError';

  constructor(
    readonly reason: LockErrorReason,
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
  }

  get details(): string {
    return this.cause instanceof Error ? `${this.reason}: ${this.cause.message}` : this.reason;
  }
}

import { DatabaseError, type DatabaseErrorReason } from '../db/database-error';
import { SyncError, type SyncErrorReason } from '../sync/sync-error';
import type { ErrorReason } from './api';
import { EngineError } from './client';
import { LockError } from './lock/lock-error';

const ofSync: Record<SyncErrorReason, ErrorReason> = {
  offline: 'offline',
  timeout: 'timeout',
  'host-not-found': 'host-not-found',
  tls: 'tls',
  insecure: 'insecure',
  auth: 'auth',
  'not-jmap': 'not-jmap',
  'not-imap': 'not-imap',
  'not-smtp': 'not-smtp',
  'rate-limited': 'server',
  unavailable: 'server',
  protocol: 'server',
  refused: 'server',
  'not-found': 'not-found',
  'too-large': 'too-large',
  disk: 'disk-full',
  cancelled: 'cancelled',
};

const ofDatabase: Record<DatabaseErrorReason, ErrorReason> = {
  damaged: 'database',
  unreadable: 'database',
  newer: 'database',
  foreign: 'database',
  locked: 'database',
  unsupported: 'database',
  full: 'disk-full',
  io: 'database',
  constraint: 'internal',
  sql: 'internal',
};

/** Whatever a handler throws, as what crosses the door. */
export function toEngineError(thrown: unknown): EngineError {
  if (thrown instanceof EngineError) return thrown;
  if (thrown instanceof SyncError) return new EngineError(ofSync[thrown.reason], thrown.message, thrown.details);
  if (thrown instanceof LockError) return new EngineError('database', thrown.message, thrown.details);
  if (thrown instanceof DatabaseError) {
    const cause = thrown.cause instanceof Error ? `: ${thrown.cause.message}` : '';
    return new EngineError(ofDatabase[thrown.reason], thrown.message, `${thrown.reason}${cause}`);
  }
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  if (error.name === 'AbortError') return new EngineError('cancelled', 'Cancelled.');
  return new EngineError('internal', error.message, error.stack ?? '');
}

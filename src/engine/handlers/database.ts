import { takeNotice } from '../../db/database-notice';
import type { EngineContext, Handlers } from '../engine-context';

export function databaseHandlers({ db }: EngineContext) {
  return {
    'database/notice': () => takeNotice(db),
  } satisfies Partial<Handlers>;
}

import { getAccount, listAccounts } from '../db/accounts';
import { checkDatabase } from '../db/check-database';
import { getProperty, setProperty } from '../db/properties';
import { appendLog } from '../db/sync-log';
import type { Account } from '../model/account';
import type { AccountId } from '../model/ids';
import { describeFindings } from '../sync/describe-findings';
import type { AccountCheck, CheckReport } from './api';
import type { EngineContext } from './engine-context';
import { toEngineError } from './errors';

/** The name that the newest report is kept under, for its document and for bug reports, whichever window asks. */
const lastCheck = 'last-check';

/** S39: the database, then one account or all, each with its server. An account that cannot be checked stops no other. */
export async function runCheck(
  context: EngineContext,
  accountId: AccountId | null,
  signal: AbortSignal,
): Promise<CheckReport> {
  const { db } = context;
  const startedAt = Date.now();
  const start = performance.now();
  const chosen = accountId === null ? listAccounts(db) : [getAccount(db, accountId)];
  const accounts = chosen.filter((account) => account !== undefined);
  const database = await checkDatabase(db, true, signal);
  const duration = performance.now() - start;
  appendLog(db, { accountId: null, startedAt, duration, kind: 'check', ...describeFindings(database) });
  const checks = await Promise.all(accounts.map((account) => checkAccount(context, account, signal)));
  signal.throwIfAborted();
  const report: CheckReport = {
    startedAt,
    duration: Math.round(performance.now() - start),
    database,
    accounts: checks,
  };
  setProperty(db.mail, lastCheck, JSON.stringify(report));
  return report;
}

async function checkAccount({ sync }: EngineContext, account: Account, signal: AbortSignal): Promise<AccountCheck> {
  const { id: accountId, name } = account;
  try {
    return { accountId, name, result: await sync.check(accountId, signal), error: null };
  } catch (thrown) {
    const { reason, message } = toEngineError(thrown);
    return { accountId, name, result: null, error: { reason, message } };
  }
}

export function lastReport({ db }: EngineContext): CheckReport | null {
  const kept = getProperty(db.mail, lastCheck);
  return kept === undefined ? null : (JSON.parse(kept) as CheckReport);
}

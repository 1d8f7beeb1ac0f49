import { describe, expect, it } from 'vitest';
import type { AccountId } from '../../../../src/model/ids';
import {
  documentName,
  everything,
  fromQuery,
  toQuery,
  type LogFilter,
} from '../../../../src/views/sync-log/log-filter';

const english = { t: (message: string) => message };
const [work, home] = ['work', 'home & garden'] as AccountId[] as [AccountId, AccountId];

describe('a filter of the sync log', () => {
  it.each<LogFilter>([
    everything,
    { accountIds: [work], levels: null },
    { accountIds: [home, work], levels: ['error', 'warning'] },
    { accountIds: null, levels: ['info'] },
  ])('is kept by the URI of its document: %j', (filter) => {
    expect(fromQuery(toQuery(filter))).toEqual(filter);
  });

  it('has one document, in whatever order it was chosen', () => {
    const a = toQuery({ accountIds: [work, home], levels: ['warning', 'error'] });
    expect(toQuery({ accountIds: [home, work], levels: ['error', 'warning'] })).toBe(a);
  });

  it('shows everything where its query makes no sense', () => {
    expect(fromQuery('level=loud&other=1')).toEqual(everything);
    expect(fromQuery('level=info&level=warning&level=error')).toEqual(everything);
  });

  it('names its document after what it shows, whatever an account is called', () => {
    expect(documentName(everything, [], english)).toBe('Mailpane Sync Log.log');
    const filter: LogFilter = { accountIds: [work], levels: ['error', 'warning'] };
    const name = documentName(filter, ['../a\\b:c\nd'], english);
    expect(name).toBe('Mailpane Sync Log – .. a b c d – Errors – Warnings.log');
  });
});

import { describe, expect, it } from 'vitest';
import type { DatabaseNotice } from '../../../src/engine/api';
import { describeNotice } from '../../../src/views/database/describe-notice';
import { english } from './support/samples';

const notice = (more: Partial<DatabaseNotice>): string =>
  describeNotice(
    {
      what: 'damaged',
      file: '/x/mail.damaged.db',
      accounts: 1,
      changes: 0,
      orphans: 0,
      unreadable: 0,
      undecided: 0,
      ...more,
    },
    english,
  );

describe('what a person is told of a database that was set aside', () => {
  it('says what happened and how much was saved', () => {
    expect(notice({ changes: 3 })).toBe(
      'The mail database was damaged and has been set aside. Mail is fetched again from the server. 3 changes that had not reached the server were saved.',
    );
    expect(notice({})).toMatch(/No unsent changes were found in it\.$/);
  });

  it('says what the person has to do', () => {
    expect(notice({ changes: 2, undecided: 1 })).toMatch(/1 of them waits for your decision in Outbox and Problems\.$/);
    expect(notice({ accounts: 0 })).toContain('add your accounts again');
    expect(notice({ orphans: 4 })).toMatch(
      /4 more belong to an account that could not be read; they are in the file only\.$/,
    );
  });

  it('says what could not be saved', () => {
    expect(notice({ changes: 2, unreadable: 1 })).toMatch(
      /2 changes that had not reached the server were saved\. 1 change could not be read any more: do again what you miss\.$/,
    );
    const nothing = notice({ unreadable: 3 });
    expect(nothing).toMatch(/3 changes could not be read any more: do again what you miss\.$/);
    expect(nothing).not.toContain('No unsent changes were found');
  });

  it('says what is left where the file was gone', () => {
    expect(notice({ what: 'missing' })).toBe(
      'The file of the mail database was gone. Your accounts are still here, and mail is fetched again from the server; changes that had not reached it are lost.',
    );
  });

  it('says of a restored backup only what was carried over', () => {
    expect(notice({ what: 'restored' })).toBe('The backup was restored. The database that it replaced was kept.');
  });
});

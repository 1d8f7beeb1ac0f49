import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../../src/engine/client';
import type { AccountStatus } from '../../../../src/model/account';
import { statusSummary } from '../../../../src/views/status-bar/status-summary';
import { account, english, overview } from '../support/samples';

const ready = { state: 'ready' } as const;
const failing = (state: 'offline' | 'signed-out' | 'trouble'): AccountStatus => ({
  state,
  message: 'Why.',
  details: '',
});
const summary = (statuses: AccountStatus[], changes = {}) =>
  statusSummary(
    overview(
      statuses.map((status, index) => account(`a${index}`, status)),
      { unread: 3, ...changes },
    ),
    ready,
    english,
  );

describe('the status bar', () => {
  it('is not there without an account', () => {
    expect(statusSummary(overview([]), ready, english)).toBeNull();
  });

  it('shows unread in inboxes, and opens them', () => {
    expect(summary([{ state: 'idle' }])).toMatchObject({
      text: '$(mail) 3',
      accessibleName: 'Mail: 3 unread messages',
      severity: 'normal',
      command: 'mailpane.openInbox',
    });
  });

  it.each([
    [
      'signed out, before all else',
      [failing('trouble'), failing('signed-out')],
      2,
      'Sign in needed',
      'mailpane.signIn',
    ],
    ['failed changes', [failing('trouble'), failing('offline')], 2, '2 changes failed', 'mailpane.showProblems'],
    ['one failed change', [{ state: 'idle' } as const], 1, '1 change failed', 'mailpane.showProblems'],
    ['trouble', [failing('offline'), failing('trouble')], 0, 'Sync trouble', 'mailpane.showSyncLog'],
    ['offline', [failing('offline')], 0, 'Offline', 'mailpane.openInbox'],
    ['one of two offline', [failing('offline'), { state: 'idle' } as const], 0, 'Partly offline', 'mailpane.openInbox'],
  ])('says %s, and a click leads there', (_what, statuses, failed, words, command) => {
    const shown = summary(statuses, { failed });
    expect(shown?.text).toContain(words);
    expect(shown?.accessibleName).toBe(`Mail: 3 unread messages, ${words}`);
    expect(shown?.command).toBe(command);
  });

  it('says offline how many changes wait, and leads to them', () => {
    expect(summary([failing('offline')], { pending: 1200 })).toMatchObject({
      text: '$(mail) 3  $(debug-disconnect) Offline, 1,200 waiting',
      command: 'mailpane.showProblems',
    });
  });

  it('tells of each account in the tooltip, with what waits', () => {
    const tooltip = summary([{ state: 'idle' }, failing('offline')], { pending: 2 })?.tooltip.replace(
      /&#(\d+);/g,
      (_reference, code: string) => String.fromCharCode(Number(code)),
    );
    expect(tooltip).toBe(
      '3 unread messages\n\n**a0 mail**: Up to date\n\n**a1 mail**: Offline — Why.\n\n2 changes wait to be sent',
    );
  });

  it('lets no server’s words become Markdown, and shows no icon of theirs', () => {
    const status = { state: 'trouble', message: '[x](command:evil) $(alert)', details: '' } as const;
    expect(summary([status])?.tooltip).not.toMatch(/[[\]()$]/);
    expect(summary([status])?.text).not.toContain('alert');
  });

  it('says that the engine cannot start, also without an account', () => {
    const error = new EngineError('database', 'The file is damaged.');
    expect(statusSummary(overview([]), { state: 'failed', error }, english)).toMatchObject({
      severity: 'error',
      accessibleName: 'Mail cannot start: The file is damaged.',
      command: 'mailpane.showEngineFailure',
    });
  });

  it('says that the window has to be reloaded where a newer version runs in another one', () => {
    const error = new EngineError('outdated', 'A newer version runs.');
    expect(statusSummary(overview([]), { state: 'failed', error }, english)).toMatchObject({
      text: '$(refresh) Reload for mail',
      severity: 'warning',
      command: 'mailpane.showEngineFailure',
    });
  });
});

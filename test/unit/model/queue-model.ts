import { expect } from 'vitest';
import { deleteEmails, updateEmails } from '../../../src/db/emails';
import { getEmailDetails } from '../../../src/db/message-lists';
import { replayPending } from '../../../src/db/overlay';
import { deleteChanges, listChanges, requeueInterrupted, setChangeState } from '../../../src/db/pending-changes';
import { applyAction } from '../../../src/engine/apply-action';
import { undoAction } from '../../../src/engine/undo';
import type { Action } from '../../../src/model/action';
import type { EmailId, MailboxId } from '../../../src/model/ids';
import { inverseOf, type EmailIntent } from '../../../src/model/pending-change';
import type { Backend, ChangeOutcome, OutgoingChange } from '../../../src/sync/backend';
import { drainOutbox } from '../../../src/sync/outbox';
import { SyncError } from '../../../src/sync/sync-error';
import { testAccount, type TestDb } from '../../support/test-db';
import {
  apply,
  effectOf,
  isDeepEqual,
  isDestroyedElsewhere,
  patchEffect,
  replay,
  same,
  takesBack,
  wasMovedSince,
  type Change,
  type Message,
  type State,
  type Step,
} from './queue-model-state';

export const roles = ['inbox', 'archive', 'junk', 'trash'] as const;
type Role = (typeof roles)[number];
type Outcome = ChangeOutcome['result'];

export type Command =
  | { do: 'keyword'; message: number; keyword: string; on: boolean }
  | { do: 'move'; message: number; to: Role }
  | { do: 'destroy'; message: number }
  /**
   * One answer a message. `crossing`: the server's own news of all messages comes before the answer; `meanwhile`: what the
   * person does before it.
   */
  | { do: 'send'; outcomes: [Outcome, Outcome]; crossing: boolean; meanwhile: Command | null }
  /** No answer; `taken`: the server did what was asked nevertheless. */
  | { do: 'break'; how: 'lost' | 'offline' | 'crash'; taken: boolean }
  | { do: 'remote'; message: number; keyword: string; on: boolean; told: boolean }
  | { do: 'remote-move'; message: number; to: Role; told: boolean }
  | { do: 'remote-destroy'; message: number; told: boolean }
  | { do: 'tell'; message: number }
  | { do: 'undo' | 'retry' }
  | { do: 'discard'; at: number };

/** What a queue of changes is, in a hundred lines: the real stores have to do the same, step by step. */
export class QueueModel {
  private readonly messages: Message[];
  private readonly history: Step[][] = [];

  constructor(
    private readonly test: TestDb,
    ids: readonly EmailId[],
    remoteIds: readonly string[],
  ) {
    const start: State = new Set([`in ${test.mailbox('inbox')}`]);
    this.messages = ids.map((id, at) => ({ id, remoteId: remoteIds[at] ?? '', server: start, base: start, queue: [] }));
  }

  async play(command: Command): Promise<void> {
    switch (command.do) {
      case 'keyword': {
        const { keyword, on } = command;
        this.act(command.message, { type: 'keyword', keyword, on }, new Map([[keyword, on]]));
        return;
      }
      case 'move': {
        const to = this.test.mailbox(command.to);
        const wanted = new Map(roles.map((role) => [`in ${this.test.mailbox(role)}`, role === command.to]));
        this.act(command.message, { type: 'move', to }, wanted);
        return;
      }
      case 'destroy': {
        this.act(command.message, { type: 'destroy' }, null);
        return;
      }
      case 'send':
        return this.send((message) => command.outcomes[this.messages.indexOf(message)] ?? 'done', command);
      case 'break':
        return this.breakOff(command.how, command.taken);
      case 'remote': {
        this.remote(command, new Map([[command.keyword, command.on]]));
        return;
      }
      case 'remote-move': {
        this.remote(command, new Map(roles.map((role) => [`in ${this.test.mailbox(role)}`, role === command.to])));
        return;
      }
      case 'remote-destroy': {
        this.remote(command, null);
        return;
      }
      case 'tell': {
        this.tell(this.message(command.message));
        return;
      }
      case 'undo': {
        this.undo();
        return;
      }
      case 'retry': {
        this.retry();
        return;
      }
      case 'discard': {
        this.discard(command.at);
        return;
      }
    }
  }

  /** The stores hold what the model holds, and show it. */
  check(): void {
    const { db } = this.test;
    const stored = listChanges(db).map(({ id, state, mayHaveLeft }) => ({
      id,
      failed: state === 'failed',
      left: mayHaveLeft,
    }));
    const wanted = this.messages.flatMap(({ queue }) => queue.map(({ id, failed, left }) => ({ id, failed, left })));
    expect(stored).toEqual(wanted.sort((a, b) => a.id - b.id));
    for (const { id, base, queue } of this.messages) {
      const shown = getEmailDetails(db, id);
      if (base === null) {
        expect(shown).toBeNull();
        continue;
      }
      const view = replay(base, queue);
      const names = [...(shown?.keywords ?? []), ...(shown?.mailboxIds ?? []).map((at) => `in ${at}`)];
      if (view !== null) expect(names.sort()).toEqual([...view].sort());
      else expect(shown?.mailboxIds).toEqual([]); // destroyed here: in no list any more
      const pending = queue.some(({ failed }) => failed) ? 'failed' : queue.length > 0 ? 'pending' : 'none';
      expect(shown?.pending).toBe(pending);
    }
    const counted = db.mail.all(
      `SELECT b.total, b.unread, count(e.id), coalesce(sum(e.flags & 9 = 0), 0) FROM mailboxes b
       LEFT JOIN email_mailboxes m ON m.mailbox_id = b.id AND m.shown = 1 LEFT JOIN emails e ON e.id = m.email_id
       GROUP BY b.id`,
      [],
      (row) => row,
    );
    for (const [total, unread, emails, unseen] of counted) expect([total, unread]).toEqual([emails, unseen]);
  }

  /** The network is well, and the server tells all: then nothing waits. */
  async settle(): Promise<void> {
    for (const message of this.messages) this.tell(message);
    await this.send(() => 'done', { crossing: false, meanwhile: null });
    this.check();
    for (const message of this.messages) this.tell(message);
    this.check();
  }

  isSettled(): boolean {
    return this.messages.every(({ server, base, queue }) => queue.every(({ failed }) => failed) && same(server, base));
  }

  clear(): void {
    deleteEmails(
      this.test.db,
      this.messages.map(({ id }) => id),
    );
    this.test.db.mail.run('DELETE FROM undo_actions');
  }

  private message(at: number): Message {
    const found = this.messages[at];
    if (found === undefined) throw new RangeError(`no message ${at}`);
    return found;
  }

  /** `wanted`: what the view has to show of these names afterwards. */
  private act(at: number, action: Action, wanted: ReadonlyMap<string, boolean> | null): void {
    const message = this.message(at);
    const before = message.base === null ? null : replay(message.base, message.queue);
    const known = new Set(message.queue.map(({ id }) => id));
    const { undoId } = applyAction(this.test.db, action, [{ emailId: message.id, mailboxId: null }], {
      now: 1,
      remember: true,
    });
    const added = this.rowsOf(message).filter(({ change }) => !known.has(change.id));
    const isShown = before !== null && [...before].some((name) => name.startsWith('in '));
    const after = isShown ? apply(before, wanted) : before;
    expect(undoId === null).toBe(same(before, after));
    message.queue.push(...added.map(({ change }) => change));
    if (undoId !== null) this.history.push(added.map((row) => ({ ...row, message, inverse: inverseOf(row.intent) })));
    if (message.base !== null) expect(same(replay(message.base, message.queue), after)).toBe(true);
  }

  private rowsOf(message: Message): { change: Change; intent: EmailIntent }[] {
    return listChanges(this.test.db)
      .filter(({ emailId }) => emailId === message.id)
      .map(({ id, intent }) => {
        const from = new Set(intent.type === 'destroy' ? intent.from?.map((at) => `in ${at}`) : []);
        return {
          change: { id, effect: effectOf(intent), from, failed: false, left: false },
          intent,
        };
      });
  }

  private async send(
    outcomeOf: (message: Message) => Outcome,
    { crossing, meanwhile }: { readonly crossing: boolean; readonly meanwhile: Command | null },
  ): Promise<void> {
    const due = new Set(this.takeFirst());
    const deferred = new Set<Message>();
    let waiting = meanwhile;
    const backend = this.backend(async (changes) => {
      const asked = changes.map((change) => {
        const message = this.messages.find(({ id }) => id === change.email.id);
        if (message === undefined) throw new Error(`message ${change.email.id} is none of these`);
        if (!due.delete(message)) expect(deferred.has(message) || !this.take(message)).toBe(false);
        this.checkPatch(change, message);
        return { message, effect: patchEffect(change.patch), sent: message.queue.filter(({ failed }) => !failed) };
      });
      const before = waiting;
      waiting = null;
      if (before !== null) await this.play(before);
      if (crossing) for (const { message } of asked) if (outcomeOf(message) !== 'gone') this.tell(message);
      const outcomes = new Map<EmailId, ChangeOutcome>();
      for (const { message, effect, sent } of asked) {
        const result = message.server === null ? 'gone' : outcomeOf(message);
        if (result === 'done') message.server = apply(message.server, effect);
        if (result === 'gone') message.server = null;
        if (result === 'transient') deferred.add(message);
        outcomes.set(message.id, { result, message: 'on cue' });
        this.settleOne(message, result, effect, sent);
      }
      return { outcomes, checkpoint: null, needsCycle: true };
    });
    await drainOutbox(this.test.db, backend, testAccount.id, new AbortController().signal);
    expect(due).toEqual(new Set());
    for (const message of this.messages) if (!deferred.has(message)) expect(this.take(message)).toBe(false);
  }

  private settleOne(
    message: Message,
    result: Outcome,
    effect: ReadonlyMap<string, boolean> | null,
    sent: readonly Change[],
  ): void {
    const later = message.queue.filter((change) => !change.failed && !sent.includes(change));
    if (result === 'done' && message.base !== null) {
      message.base = apply(message.base, effect);
      message.queue = message.base === null ? [] : message.queue.filter((change) => !sent.includes(change));
    }
    if (result === 'gone') this.forget(message);
    if (result !== 'permanent') return;
    const isTakenBack = later.some((change) => sent.some((one) => takesBack(change, one)));
    if (!isTakenBack) for (const change of sent) change.failed = true;
  }

  /** The answer never comes, or the process ends before it does. */
  private async breakOff(how: 'lost' | 'offline' | 'crash', taken: boolean): Promise<void> {
    const due = this.takeFirst();
    const backend = this.backend((changes) => {
      for (const change of changes) {
        const message = due.find(({ id }) => id === change.email.id);
        if (message === undefined) throw new Error(`message ${change.email.id} was not to be sent`);
        this.checkPatch(change, message);
        if (taken && how !== 'offline') message.server = apply(message.server, patchEffect(change.patch));
      }
      return Promise.reject(new SyncError(how === 'offline' ? 'offline' : 'timeout', 'on cue'));
    });
    const drained = drainOutbox(this.test.db, backend, testAccount.id, new AbortController().signal);
    if (due.length === 0) {
      await drained; // nothing to be sent, so nothing breaks
      return;
    }
    await expect(drained).rejects.toBeInstanceOf(SyncError);
    if (how !== 'crash') return;
    // What a process that died in the middle leaves, and the next one makes of it.
    const ids = due.flatMap(({ queue }) => queue.filter(({ failed }) => !failed).map(({ id }) => id));
    setChangeState(this.test.db, ids, 'sending', { lastError: null, countAttempt: false });
    requeueInterrupted(this.test.db);
  }

  /** The messages of the first batch in which there is something to be sent. */
  private takeFirst(): Message[] {
    const refused = this.messages.filter((message) => this.refuse(message));
    const first = this.messages.filter((message) => !refused.includes(message) && this.take(message));
    return first.length > 0 ? first : refused.filter((message) => this.take(message));
  }

  /** S9: what else is wanted of it comes with the next batch. */
  private refuse({ base, queue }: Message): boolean {
    if (base === null || !isDestroyedElsewhere(base, queue)) return false;
    for (const change of queue) if (change.effect === null) change.failed = true;
    return true;
  }

  /** Whether something of it is to be sent; what the server already shows leaves the queue (S28). */
  private take(message: Message): boolean {
    this.refuse(message);
    const waiting = message.queue.filter(({ failed }) => !failed);
    if (waiting.length === 0 || message.base === null) return false;
    if (same(replay(message.base, waiting), message.base) && !waiting.some(({ left }) => left)) {
      message.queue = message.queue.filter(({ failed }) => failed);
      return false;
    }
    for (const change of waiting) change.left = true;
    return true;
  }

  /** S28: a patch makes of what is known what is wanted, and names nothing else than that and what may have been taken. */
  private checkPatch({ patch }: OutgoingChange, message: Message): void {
    if (message.base === null) throw new Error(`message ${message.id} was not to be sent`);
    const waiting = message.queue.filter(({ failed }) => !failed);
    const effect = patchEffect(patch);
    const wanted = replay(message.base, waiting);
    expect(same(apply(message.base, effect), wanted)).toBe(true);
    const touched = new Set(waiting.flatMap((change) => [...(change.effect?.keys() ?? [])]));
    for (const name of effect?.keys() ?? []) expect(touched.has(name)).toBe(true);
  }

  private backend(send: Backend['send']): Backend {
    return { send } as unknown as Backend;
  }

  private remote(
    { message: at, told }: { message: number; told: boolean },
    effect: ReadonlyMap<string, boolean> | null,
  ): void {
    const message = this.message(at);
    message.server = apply(message.server, effect);
    if (told) this.tell(message);
  }

  private tell(message: Message): void {
    if (message.base === null) return;
    if (message.server === null) {
      deleteEmails(this.test.db, [message.id]);
      this.forget(message);
      return;
    }
    const names = [...message.server];
    const keywords = names.filter((name) => !name.startsWith('in '));
    const mailboxIds = new Set(
      names.filter((name) => name.startsWith('in ')).map((name) => Number(name.slice(3)) as MailboxId),
    );
    updateEmails(this.test.db, testAccount.id, [{ remoteId: message.remoteId, keywords, mailboxIds }]);
    message.base = message.server;
  }

  private forget(message: Message): void {
    message.server = null;
    message.base = null;
    message.queue = [];
  }

  private undo(): void {
    const steps = this.history.pop() ?? [];
    const moved = new Set(steps.filter((step) => wasMovedSince(step)).map(({ message }) => message));
    undoAction(this.test.db, null, { now: 1 });
    for (const { change, message, inverse } of [...steps].reverse()) {
      if (message.base === null || moved.has(message)) continue;
      const stands = message.queue.includes(change);
      if (stands && (change.failed || !change.left)) message.queue = message.queue.filter((one) => one !== change);
      else if (inverse !== null) {
        const known = new Set(message.queue.map(({ id }) => id));
        const added = this.rowsOf(message).filter((row) => !known.has(row.change.id));
        const next = added.find((row) => isDeepEqual(row.intent, inverse));
        if (next === undefined) throw new Error(`no inverse of change ${change.id} was queued`);
        message.queue.push({ ...next.change, left: true });
      }
    }
    for (const { queue } of this.messages) queue.sort((a, b) => a.id - b.id);
  }

  private retry(): void {
    const failed = this.messages.flatMap(({ queue }) => queue.filter((change) => change.failed));
    const ids = failed.map(({ id }) => id);
    setChangeState(this.test.db, ids, 'queued', { lastError: null, countAttempt: false });
    for (const change of failed) change.failed = false;
    this.replayAll();
  }

  private discard(at: number): void {
    const all = this.messages.flatMap(({ queue }) => queue);
    const change = all[at % Math.max(1, all.length)];
    if (change === undefined) return;
    deleteChanges(this.test.db, [change.id]);
    for (const message of this.messages) message.queue = message.queue.filter((one) => one !== change);
    this.replayAll();
  }

  private replayAll(): void {
    replayPending(
      this.test.db,
      this.messages.map(({ id }) => id),
    );
  }
}

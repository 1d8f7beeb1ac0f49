import { mkdtemp, rm } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Action, ActionTarget } from '../../src/model/action';
import { startFaultProxy, type FaultProxy } from '../servers/fault-proxy';
import { random } from '../servers/generator/random';
import { FuzzClient, type Shown } from './client';
import type { FuzzServer, NewMessage } from './fuzz-server';
import { differences, inconsistencies } from './local-picture';
import { Oracle } from './oracle';
import type { Picture } from './picture';
import { FuzzFailure, rest } from './rest';
import type { Step } from './steps';

/** No name comes twice on a server: Cyrus cannot delete one twice within a second. */
let names = 0;
const nextName = (): string => `Box ${++names}`;

/** Plays the steps on an account that follows from the seed; throws FuzzFailure where S40 does not hold. */
export async function play(server: FuzzServer, seed: number, steps: readonly Step[]): Promise<void> {
  await server.reset(seed);
  const wire: string[] = [];
  const proxy = await startFaultProxy(server.target, (connection, octets) =>
    wire.push(`${Math.round(performance.now())} ${connection} ${octets.trimEnd()}`),
  );
  const folder = await mkdtemp(path.join(tmpdir(), 'mailpane-fuzz-'));
  const client = new FuzzClient(folder, server.settings(proxy.port), server.password, server.tuning);
  const game = new Game(server, proxy, client, seed);
  try {
    await game.start();
    for (const step of steps) {
      await game.play(step);
      await sleep(step.pause);
    }
    await game.settle();
  } catch (error) {
    if (error instanceof FuzzFailure) error.wire = wire;
    throw error;
  } finally {
    await game.stop();
    await proxy.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

class Game {
  private readonly oracle: Oracle;
  private made = 0;
  private opened = false;

  constructor(
    private readonly server: FuzzServer,
    private readonly proxy: FaultProxy,
    private readonly client: FuzzClient,
    private readonly seed: number,
  ) {
    this.oracle = new Oracle(server);
  }

  /** Mail in a few mailboxes, and a client that has seen nothing of it yet. */
  async start(): Promise<void> {
    const { remote } = this.server;
    const draws = random(this.seed, 2);
    await remote.createMailbox(nextName());
    await remote.createMailbox(nextName());
    const { mailboxes } = await remote.picture();
    const ids = holdingMail({ mailboxes });
    for (let count = draws.integer(4, 16); count > 0; count--) {
      await this.add(draws.pick(ids), 1, draws.chance(0.5) ? draws.integer(0, 99) : null);
    }
    await this.open();
    if (draws.chance(0.7)) await this.settle();
  }

  async stop(): Promise<void> {
    this.proxy.heal();
    if (!this.opened) return;
    if (this.client.disk.isDead) this.client.kill();
    else await this.client.close();
  }

  async play(step: Step): Promise<void> {
    if (this.client.disk.isDead) await this.revive();
    const { proxy, client, oracle } = this;
    switch (step.do) {
      case 'act':
        return this.act(step);
      case 'undo':
        return this.refusable(() => {
          const { failed } = client.queue();
          const newest = client.newestUndo();
          try {
            const undone = client.undo();
            if (undone === null) return;
            // Of which messages it was not undone is the engine's to know; what it came to is checked in any case.
            if (undone.moved > 0) oracle.maybeUndone(undone.undoId);
            else oracle.undone(undone.undoId, failed);
          } catch (error) {
            if (newest !== null && client.disk.isDead) oracle.maybeUndone(newest);
            throw error;
          }
        });
      case 'retry':
        return this.refusable(() => {
          oracle.loosen(client.queue().failed);
          client.retryAll();
        });
      case 'discard':
        return this.refusable(() => {
          const { failed, waiting } = client.queue();
          oracle.loosen([...failed, ...waiting]);
          oracle.discarded(client.discard());
        });
      case 'wake':
        client.wake();
        return;
      case 'settle':
        return this.settle();
      case 'network':
        proxy.next(step.fault, step.times);
        return;
      case 'online':
        proxy.setOnline(step.on);
        return;
      case 'lose-pushes':
        proxy.losePushes(step.on);
        return;
      case 'cut-all':
        proxy.cutAll();
        return;
      case 'mischief': {
        const { mischief } = this.server;
        return mischief[step.which % mischief.length]?.(Math.floor(step.which / mischief.length), oracle);
      }
      case 'disk':
        if (step.full) client.disk.fill();
        else client.disk.empty();
        return;
      case 'die':
        client.disk.dieAfter(step.after);
        return;
      case 'restart':
        if (step.how === 'kill') return this.revive();
        await client.close();
        this.opened = false;
        return this.open();
      default:
        return this.playRemote(step);
    }
  }

  /** Faults off, until nothing waits and two cycles in a row found nothing: then both sides have to be the same. */
  async settle(): Promise<void> {
    const { client, proxy, server, oracle } = this;
    server.heal();
    proxy.heal();
    client.disk.empty();
    if (client.disk.isDead) await this.revive();
    client.disk.mend();
    await proxy.delivered();
    // Where only looking tells of a change, all is looked at now and then.
    await sleep(server.tuning?.policy?.fullScan ?? 0);
    await rest(client);
    const [picture, local] = [await server.remote.picture(), client.picture()];
    const { failed } = client.queue();
    const problems = [
      ...client.read(inconsistencies),
      ...differences(picture, local),
      ...oracle.violations(picture, failed),
    ];
    if (problems.length > 0) {
      const cycles = client.log(60).map(({ startedAt, kind, message }) => `${startedAt} ${kind}: ${message}`);
      throw new FuzzFailure([...problems, ...oracle.history, ...cycles].join('\n'));
    }
    oracle.settled(picture);
  }

  private async open(): Promise<void> {
    const { intents, undoId } = await this.client.open();
    this.opened = true;
    this.oracle.acted(intents, undoId);
  }

  /** Kills the client if it is not dead yet, and starts it anew on the same files. */
  private async revive(): Promise<void> {
    this.client.kill();
    this.opened = false;
    await this.open();
  }

  private async act(step: Step & { do: 'act' }): Promise<void> {
    const { client } = this;
    const shown = await this.refusable(() => client.shown());
    const [action, targets] = shown === undefined ? [null, []] : actionOf(step, shown);
    if (action === null) return;
    await this.refusable(() => {
      const { intents, undoId } = client.act(action, targets);
      this.oracle.acted(intents, undoId);
    });
  }

  /** What the disk or the engine refuses must leave no trace. */
  private async refusable<T>(work: () => T): Promise<T | undefined> {
    const before = this.client.disk.isDead ? null : this.client.queue();
    try {
      return work();
    } catch (error) {
      if (this.client.disk.isDead) await this.revive();
      else if (before !== null && !isDeepStrictEqual(this.client.queue(), before)) {
        throw new FuzzFailure(`refused, and yet something changed: ${String(error)}`);
      } else if (!(error instanceof Error) || !['DatabaseError', 'EngineError'].includes(error.name)) throw error;
      return undefined;
    }
  }

  private async playRemote(step: Step): Promise<void> {
    const { remote } = this.server;
    const picture = await remote.picture();
    const mailboxes = holdingMail(picture);
    const subjects = Object.keys(picture.messages).sort();
    const pick = (list: readonly string[], at: number): string => list[at % list.length] ?? '';
    const subject = 'at' in step ? pick(subjects, step.at) : '';
    const to = 'to' in step ? pick(mailboxes, step.to) : '';
    // What is at hand may go at the same moment, by our own client: then there is nothing to be done.
    const onMessage = async (work: () => Promise<void>, note: () => void): Promise<void> => {
      if (subject === '') return;
      const wasThere = await work().then(
        () => true,
        () => false,
      );
      if (wasThere) note();
    };
    switch (step.do) {
      case 'remote-add':
        return this.add(to, step.count, step.answers);
      case 'remote-keyword':
        return onMessage(
          () => remote.setKeyword(subject, step.keyword, step.on),
          () => this.oracle.remoteKeyword(subject, step.keyword, step.on),
        );
      case 'remote-move':
        return onMessage(
          () => remote.move(subject, to),
          () => this.oracle.remoteMove(subject, to, mailboxes),
        );
      case 'remote-add-to':
        return onMessage(
          () => (remote.addTo === null ? remote.move(subject, to) : remote.addTo(subject, to)),
          () =>
            remote.addTo === null ? this.oracle.remoteMove(subject, to, mailboxes) : this.oracle.remoteAdd(subject, to),
        );
      case 'remote-destroy':
        return onMessage(
          () => remote.destroy(subject),
          () => this.oracle.remoteDestroy(subject),
        );
      case 'remote-mailbox':
        return this.changeMailbox(step, picture);
      default:
        throw new TypeError(`no such step: ${step.do}`);
    }
  }

  private async changeMailbox(step: Step & { do: 'remote-mailbox' }, picture: Picture): Promise<void> {
    const { remote } = this.server;
    if (step.what === 'create') {
      await remote.createMailbox(nextName());
      return;
    }
    const parents = new Set(Object.values(picture.mailboxes).map(({ parent }) => parent));
    // Not every server deletes a mailbox under others, and what then becomes of those differs.
    const own = holdingMail(picture).filter(
      (one) => picture.mailboxes[one]?.name.startsWith('Box ') && !parents.has(one),
    );
    const id = own[step.at % own.length];
    if (id === undefined) return;
    if (step.what === 'rename') {
      this.oracle.remoteMailboxRenamed(id, await remote.renameMailbox(id, nextName()));
      return;
    }
    await remote.destroyMailbox(id);
    this.oracle.remoteMailboxDestroyed(id, picture);
  }

  private async add(mailbox: string, count: number, answers: number | null): Promise<void> {
    for (let left = count; left > 0; left--) {
      const number = ++this.made;
      const answered = answers === null || this.made < 2 ? null : 1 + (answers % (number - 1));
      // RFC 8621 §3: a thread is one by the subject too, without its tag.
      const topic = answered === null ? number : (this.topics.get(answered) ?? answered);
      this.topics.set(number, topic);
      const message: NewMessage = {
        subject: `[m${number}] Topic ${topic}`,
        mailbox,
        keywords: number % 3 === 0 ? ['$seen'] : [],
        answers: answered === null ? null : `[m${answered}] Topic ${topic}`,
        receivedAt: Date.UTC(2030, 0, 1) / 1000 + number * 60,
      };
      await this.server.remote.add([message]);
      this.oracle.added(message.subject, mailbox, message.keywords);
    }
  }

  private readonly topics = new Map<number, number>();
}

function holdingMail({ mailboxes }: Pick<Picture, 'mailboxes'>): string[] {
  return Object.keys(mailboxes).filter((id) => mailboxes[id]?.isNode !== true);
}

function actionOf(step: Step & { do: 'act' }, { mailboxes, messages }: Shown): [Action | null, ActionTarget[]] {
  const first = messages[step.at % messages.length];
  const to = mailboxes[step.to % mailboxes.length];
  if (first === undefined || to === undefined) return [null, []];
  const rows = step.scope === 'many' ? [first, ...messages.slice(step.to % messages.length).slice(0, 4)] : [first];
  const targets = rows.map(({ emailId, threadId, mailboxId }) =>
    step.scope === 'thread' ? { threadId, mailboxId } : { emailId, mailboxId },
  );
  switch (step.action) {
    case 'keyword-on':
    case 'keyword-off':
      return [{ type: 'keyword', keyword: step.keyword, on: step.action === 'keyword-on' }, targets];
    case 'move':
      return [{ type: 'move', to: to.id }, targets];
    default:
      return [{ type: step.action }, targets];
  }
}

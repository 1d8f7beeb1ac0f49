import { mkdtemp, rm } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Action, ActionTarget } from '../../src/model/action';
import { startFaultProxy, type FaultProxy } from '../servers/fault-proxy';
import { random } from '../servers/generator/random';
import { FuzzClient, type Shown } from './client';
import type { FuzzServer } from './fuzz-server';
import { differences, inconsistencies } from './local-picture';
import { Oracle } from './oracle';
import { FuzzFailure, rest } from './rest';
import { holdingMail, nextName, SomebodyElse } from './somebody-else';
import type { Step } from './steps';

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
  private readonly others: SomebodyElse;
  private opened = false;

  constructor(
    private readonly server: FuzzServer,
    private readonly proxy: FaultProxy,
    private readonly client: FuzzClient,
    private readonly seed: number,
  ) {
    this.oracle = new Oracle(server);
    this.others = new SomebodyElse(server.remote, this.oracle, () => proxy.watchMoves());
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
      await this.others.add(draws.pick(ids), 1, draws.chance(0.5) ? draws.integer(0, 99) : null);
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
        return this.others.play(step);
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

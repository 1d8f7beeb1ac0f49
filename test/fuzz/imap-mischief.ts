import type { ImapRemote } from './imap-remote';
import type { Mischief } from './fuzz-server';

/** No name comes twice on a server. */
let names = 0;

/**
 * What other clients do to an IMAP account that JMAP has no word for. `isStrict`: the server refuses to delete a mailbox that
 * has a role, or others below it (Cyrus).
 */
export function imapMischief(running: () => ImapRemote, isStrict: boolean): readonly Mischief[] {
  const pick = <T>(list: readonly T[], at: number): T | undefined => list[at % list.length];
  /** Mailboxes that can be deleted and made again, those with mail first. */
  const boxes = async (): Promise<string[]> => {
    const { mailboxes } = await running().picture();
    const hasChild = (id: string): boolean => Object.values(mailboxes).some(({ parent }) => parent === id);
    const found = Object.entries(mailboxes).filter(
      ([id, { isNode }]) => id !== 'INBOX' && isNode !== true && !hasChild(id) && (!isStrict || id.startsWith('Box ')),
    );
    return found.sort(([, a], [, b]) => Math.sign(b.total) - Math.sign(a.total)).map(([id]) => id);
  };
  const copyAt = async (at: number, isDeleted: boolean) =>
    pick(
      (await running().copies()).filter((copy) => copy.isDeleted === isDeleted),
      at,
    );

  return [
    // S20: the same messages in a mailbox of the same name, under other numbers.
    async (at, oracle) => {
      const remote = running();
      const box = pick(await boxes(), at);
      if (box === undefined) return;
      const { messages } = await remote.picture();
      const aside = await remote.createMailbox(`Aside ${++names}`);
      await remote.moveAll(box, aside);
      // Cyrus deletes no name twice within a second; a server may make a mailbox that has a role again by itself.
      await remote.destroyMailbox(box).catch(() => undefined);
      await remote.createMailbox(box).catch(() => undefined);
      await remote.moveAll(aside, box);
      await remote.destroyMailbox(aside);
      oracle.remoteDetour(box, messages, true);
    },
    // The same numbers' validity, other numbers.
    async (at, oracle) => {
      const remote = running();
      const box = pick([...(await boxes()), 'INBOX'], at);
      if (box === undefined) return;
      const { messages } = await remote.picture();
      const aside = await remote.createMailbox(`Aside ${++names}`);
      await remote.moveAll(box, aside);
      await remote.moveAll(aside, box);
      await remote.destroyMailbox(aside);
      oracle.remoteDetour(box, messages, false);
    },
    async (at) => {
      const box = pick(await boxes(), at);
      if (box !== undefined) await running().raw.command(`${at % 2 === 0 ? 'UN' : ''}SUBSCRIBE "${box}"`);
    },
    // A mailbox that is deleted under its child stays as a node.
    async (at, oracle) => {
      const remote = running();
      const box = pick(
        (await boxes()).filter((id) => id.startsWith('Box ')),
        at,
      );
      if (box === undefined) return;
      await remote.createMailbox(`${box}/Box below ${++names}`);
      if (isStrict) return;
      const before = await remote.picture();
      await remote.destroyMailbox(box);
      oracle.remoteMailboxDestroyed(box, before);
    },
    async (at, oracle) => {
      const copy = await copyAt(at, false);
      if (copy === undefined) return;
      const isDone = await running()
        .mark(copy, true)
        .then(
          () => true,
          () => false,
        );
      if (isDone) oracle.remoteMark(copy.subject, copy.path, true);
    },
    async (at, oracle) => {
      const copy = await copyAt(at, true);
      if (copy === undefined) return;
      const isDone = await running()
        .mark(copy, false)
        .then(
          () => true,
          () => false,
        );
      if (isDone) oracle.remoteMark(copy.subject, copy.path, false);
    },
    // The same message once more, in the same mailbox or in another one.
    async (at, oracle) => {
      const copy = await copyAt(at, false);
      const box = at % 3 === 0 ? copy?.path : pick([...(await boxes()), 'INBOX'], at);
      if (copy === undefined || box === undefined) return;
      const isDone = await running()
        .addAgain(copy, box)
        .then(
          () => true,
          () => false,
        );
      if (isDone) oracle.doubled(copy.subject);
    },
  ];
}

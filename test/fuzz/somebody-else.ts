import type { FaultProxy } from '../servers/fault-proxy';
import type { NewMessage, RemoteClient } from './fuzz-server';
import type { Oracle } from './oracle';
import type { Picture } from './picture';
import type { Step } from './steps';

/** No name comes twice on a server: Cyrus cannot delete one twice within a second. */
let names = 0;
export const nextName = (): string => `Box ${++names}`;

/** Plays what somebody else does to the account, and tells the oracle of it once it is done. */
export class SomebodyElse {
  private made = 0;
  /** Of each message by its number. */
  private readonly topics = new Map<number, number>();

  constructor(
    private readonly remote: RemoteClient,
    private readonly oracle: Oracle,
    private readonly watchMoves: FaultProxy['watchMoves'],
  ) {}

  async play(step: Step): Promise<void> {
    const { remote } = this;
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
      case 'remote-keyword': {
        const wasMoving = this.watchMoves();
        return onMessage(
          () => remote.setKeyword(subject, step.keyword, step.on),
          () => this.oracle.remoteKeyword(subject, step.keyword, step.on, wasMoving()),
        );
      }
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
    const { remote } = this;
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

  async add(mailbox: string, count: number, answers: number | null): Promise<void> {
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
      await this.remote.add([message]);
      this.oracle.added(message.subject, mailbox, message.keywords);
    }
  }
}

/** Mailboxes that are not only a node of the tree. */
export function holdingMail({ mailboxes }: Pick<Picture, 'mailboxes'>): string[] {
  return Object.keys(mailboxes).filter((id) => mailboxes[id]?.isNode !== true);
}

import { createHash } from 'node:crypto';

import { minutesAfter } from './clock';
import { messageIdOf, writeLetter, type Letter, type Person } from './letter';
import { me } from './people';

/** A message of the demo, ready for a mailbox. */
export type DemoMessage = {
  raw: Buffer;
  /** A role or a path, such as `inbox` or `Lists/teapot-devel`. */
  mailbox: string;
  keywords: string[];
  receivedAt: Date;
};

/** How a message lies in its mailbox. */
export type Filing = { mailbox?: string; unread?: boolean; flagged?: boolean; answered?: boolean };

/** One message by itself. What I sent lies in Sent and is read. */
export function single(letter: Letter, filing: Filing = {}): DemoMessage {
  const isMine = letter.from === me;
  const keywords = [
    ...(filing.unread === true && !isMine ? [] : ['$seen']),
    ...(filing.flagged === true ? ['$flagged'] : []),
    ...(filing.answered === true ? ['$answered'] : []),
  ];
  const receivedAt = minutesAfter(letter.date, 0.2);
  return { raw: writeLetter(letter), mailbox: isMine ? 'sent' : (filing.mailbox ?? 'inbox'), keywords, receivedAt };
}

/** One message in a conversation. */
export type Turn = Filing & {
  from: Person;
  /** Minutes after the one before. */
  after?: number;
  text: string;
  /** Quotes these lines of an earlier text above the answer; `true` quotes the whole message before. */
  quote?: string | true;
  /** Which message is answered, by its place; the one before if none is given. */
  to?: number;
  subject?: string;
  extra?: Partial<Letter>;
};

export type Conversation = Filing & {
  subject: string;
  start: Date;
  /** Everybody in it. A message goes to all but its sender. */
  between: Person[];
  headers?: [string, string][];
  turns: Turn[];
};

/** The message id of a turn: does not depend on the date, so mail that arrives later can answer it. */
export function turnId(subject: string, index: number): string {
  return `${createHash('sha1').update(`${subject}\0${index}`).digest('hex').slice(0, 20)}@mail.teapot.example`;
}

/** The letters of a conversation, each answering another. */
export function letters({ subject, start, between, headers, turns }: Conversation): Letter[] {
  const written: Letter[] = [];
  let date = start;
  for (const [index, turn] of turns.entries()) {
    date = minutesAfter(date, index === 0 ? 0 : (turn.after ?? 25));
    const parent = index === 0 ? undefined : written[turn.to ?? index - 1];
    written.push({
      from: turn.from,
      to: between.filter((person) => person !== turn.from),
      subject: turn.subject ?? (parent === undefined ? subject : `Re: ${subject}`),
      date,
      messageId: turnId(subject, index),
      references: parent === undefined ? [] : [...(parent.references ?? []), messageIdOf(parent)],
      text: `${quoted(turn, parent)}${turn.text}`,
      ...(headers === undefined ? {} : { headers }),
      ...turn.extra,
    });
  }
  return written;
}

export function conversation(plan: Conversation): DemoMessage[] {
  const { mailbox, unread, flagged, answered } = plan;
  const filing = Object.fromEntries(
    Object.entries({ mailbox, unread, flagged, answered }).filter(([, value]) => value !== undefined),
  );
  return letters(plan).map((letter, index) => {
    const myAnswer = plan.turns
      .slice(index + 1)
      .some((turn, next) => turn.from === me && (turn.to ?? index + next) === index);
    return single(letter, { ...filing, answered: myAnswer, ...plan.turns[index] });
  });
}

function quoted({ quote }: Turn, parent: Letter | undefined): string {
  if (quote === undefined || parent === undefined) return '';
  const lines = (quote === true ? (parent.text ?? '') : quote).trim().split('\n');
  const day = parent.date.toISOString().slice(0, 10);
  return `On ${day}, ${parent.from.name} wrote:\n${lines.map((line) => (line === '' ? '>' : line.startsWith('>') ? `>${line}` : `> ${line}`)).join('\n')}\n\n`;
}

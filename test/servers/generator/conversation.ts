import { alice, discussionLists, machines, newsletters, pickPerson, type Person, type Sender } from './people';
import { random } from './random';
import { phrase, pickLanguage, type Language } from './words';

/** Messages come in runs of this many; conversations do not reach from one run into the next. */
const runLength = 16;

/** What a conversation is about, the same for all its messages. */
export interface Conversation {
  /** Index of its first message. */
  readonly root: number;
  readonly kind: 'personal' | 'discussion' | 'patch' | 'newsletter' | 'notification';
  readonly language: Language;
  readonly subject: string;
  readonly participants: readonly Person[];
  /** The mailing list, shop or machine it came through; undefined for personal mail. */
  readonly sender: Sender | undefined;
}

/** The messages that this one answers, from the conversation's first to its direct parent; none for a first message. */
export function ancestorsOf(index: number, seed: number): number[] {
  const start = index - (index % runLength);
  const draws = random(seed, start, 1);
  const parents = new Map<number, number>();
  for (let slot = start; slot <= index; slot++) {
    // Two draws a slot whatever they say, so that a message's place does not depend on what comes after it.
    const [isReply, which] = [draws.chance(0.55), draws.next()];
    // Mostly an answer to something recent, so that conversations cross each other and now and then branch.
    const parent = slot - 1 - Math.floor(which * which * (slot - start));
    if (isReply && slot > start && takesReplies(rootOf(parent, parents), seed)) parents.set(slot, parent);
  }
  const ancestors: number[] = [];
  for (let at = parents.get(index); at !== undefined; at = parents.get(at)) ancestors.unshift(at);
  return ancestors;
}

function rootOf(index: number, parents: ReadonlyMap<number, number>): number {
  let root = index;
  for (let parent = parents.get(root); parent !== undefined; parent = parents.get(root)) root = parent;
  return root;
}

const takesReplies = (root: number, seed: number): boolean => kindOf(root, seed) !== 'newsletter';

function kindOf(root: number, seed: number): Conversation['kind'] {
  const draw = random(seed, root, 2).next();
  if (draw < 0.4) return 'personal';
  if (draw < 0.6) return 'discussion';
  if (draw < 0.7) return 'patch';
  return draw < 0.85 ? 'newsletter' : 'notification';
}

export function conversationOf(root: number, seed: number): Conversation {
  const kind = kindOf(root, seed);
  const draws = random(seed, root, 3);
  const language = pickLanguage(draws);
  const topic = phrase(draws, language, language.space === '' ? draws.integer(6, 20) : draws.integer(12, 60));
  const people = Array.from({ length: draws.integer(1, 4) }, () => pickPerson(draws));
  const sender = {
    personal: undefined,
    discussion: draws.pick(discussionLists),
    patch: draws.pick(discussionLists),
    newsletter: draws.pick(newsletters),
    notification: draws.pick(machines),
  }[kind];
  return {
    root,
    kind,
    language,
    subject: subjectOf(kind, topic, root, sender),
    participants: kind === 'newsletter' || kind === 'notification' ? [alice] : [...people, alice],
    sender,
  };
}

function subjectOf(kind: Conversation['kind'], topic: string, root: number, sender: Sender | undefined): string {
  switch (kind) {
    case 'personal':
      return topic;
    case 'discussion':
      return `[${sender?.listId.split('.')[0] ?? 'list'}] ${topic}`;
    case 'patch':
      return `[PATCH v${(root % 4) + 1}] ${topic}`;
    case 'newsletter':
      return `${topic} 🎉 −${10 + (root % 7) * 10} %`;
    case 'notification':
      return `Build #${root} ${root % 3 === 0 ? 'failed' : 'passed'}: ${topic}`;
  }
}

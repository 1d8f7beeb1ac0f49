/** What a self-check can find (S39). Each is counted in what it concerns: rows, messages, mailboxes. */
export const findingKinds = [
  // the database by itself
  'rows-without-owner',
  'bodies-without-message',
  'changes-without-message',
  'list-copies-wrong',
  'shown-wrong',
  'counts-wrong',
  // against the server
  'checkpoint-lost',
  'mailboxes-missing',
  'mailboxes-extra',
  'mailboxes-different',
  'mailboxes-unreadable',
  'emails-missing',
  'emails-extra',
  'emails-mistaken',
  'keywords-different',
  'places-different',
  'threads-different',
  'list-in-doubt',
] as const;
export type FindingKind = (typeof findingKinds)[number];

export interface Finding {
  readonly kind: FindingKind;
  readonly found: number;
  /** The others are as they were, because mending them could lose something, or needs the person. */
  readonly mended: number;
}

/** Adds up what a check finds; what is not found is not listed. */
export class Findings {
  private readonly counts = new Map<FindingKind, { found: number; mended: number }>();

  /** `mended`: how many of them, by default all. */
  add(kind: FindingKind, found: number, mended = found): void {
    if (found === 0) return;
    const before = this.counts.get(kind) ?? { found: 0, mended: 0 };
    this.counts.set(kind, { found: before.found + found, mended: before.mended + mended });
  }

  /** In the order of `findingKinds`. */
  list(): Finding[] {
    return findingKinds.flatMap((kind) => {
      const count = this.counts.get(kind);
      return count === undefined ? [] : { kind, ...count };
    });
  }
}

/** What was compared with the server, and what was wrong. */
export interface AccountFindings {
  readonly mailboxes: number;
  readonly emails: number;
  readonly findings: readonly Finding[];
}

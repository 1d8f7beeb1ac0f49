/** Threads where a server has none (RFC 8621 §3): mails that name a Message-ID in common, under the same base subject. */
export interface Threaded {
  readonly messageId: readonly string[];
  readonly inReplyTo: readonly string[];
  readonly references: readonly string[];
  readonly subject: string;
}

/** Endless lists of References are somebody's joke; the nearest ancestors stand at the end. */
const mostReferences = 50;

/** Every Message-ID that a mail names, its own included. */
export function namedMessageIds({ messageId, inReplyTo, references }: Threaded): string[] {
  return [...new Set([...messageId, ...inReplyTo, ...references.slice(-mostReferences)])];
}

const leader =
  /^(?:\[[^[\]]*\]\s*)*(?:re|fwd?|aw|wg|sv|vs|antw|rif|r|tr|odp|ynt|回复|转发|答复)\s*(?:\[[^[\]]*\])?\s*[:：]\s*/i;
const blob = /^\[[^[\]]*\]\s*(?=\S)/;
const trailer = /\s*\(fwd\)$/i;
const wrapped = /^\[fwd:\s*(.*)\]$/i;

/** The base subject (RFC 5256 §2.1), with the reply marks of other languages too; lower case, white space folded. */
export function baseSubject(subject: string): string {
  let base = subject.replaceAll(/\s+/g, ' ').trim();
  for (let before = ''; before !== base;) {
    before = base;
    base = base.replace(trailer, '').replace(leader, '').replace(blob, '').replace(wrapped, '$1').trim();
  }
  return base.toLowerCase();
}

/** Readers for the tree that imapflow parses a response into; each gives null for what is not there or makes no sense. */

/** A token: `section` is what stands in square brackets after it. */
export interface ImapToken {
  readonly type: string;
  readonly value?: string | Buffer | number | null;
  readonly section?: readonly ImapNode[];
  readonly partial?: readonly number[];
}
/** A token, a parenthesized list, or NIL. */
export type ImapNode = ImapToken | readonly ImapNode[] | null;

/** An untagged response: `command` is the number or the name it begins with. */
export interface ImapResponse {
  readonly tag?: string;
  readonly command?: string;
  readonly attributes?: readonly ImapNode[];
  /** The numbers of a SEARCH response that holds nothing else. */
  readonly numbers?: readonly number[];
}

export function listOf(node: ImapNode | undefined): readonly ImapNode[] | null {
  return isList(node) ? node : null;
}

export function tokenOf(node: ImapNode | undefined): ImapToken | null {
  return node === null || node === undefined || isList(node) ? null : node;
}

export function textOf(node: ImapNode | undefined): string | null {
  const value = tokenOf(node)?.value;
  if (typeof value === 'string') return value;
  if (Buffer.isBuffer(value)) return value.toString();
  return typeof value === 'number' ? String(value) : null;
}

/** Octets of a string or literal; imapflow has decoded a quoted string as UTF-8. */
export function octetsOf(node: ImapNode | undefined): Buffer | null {
  const value = tokenOf(node)?.value;
  if (Buffer.isBuffer(value)) return value;
  return typeof value === 'string' ? Buffer.from(value) : null;
}

/** An unsigned integer that a number can hold exactly. */
export function numberOf(node: ImapNode | undefined): number | null {
  const text = textOf(node);
  if (text === null || !/^\d{1,16}$/.test(text)) return null;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : null;
}

/** MODSEQ values have 63 bits: kept as they are written. Without leading zeros, so that equal ones are equal texts. */
export function modSeqOf(node: ImapNode | undefined): string | null {
  const text = textOf(node);
  return text !== null && /^\d{1,20}$/.test(text) ? BigInt(text).toString() : null;
}

/** Null also for 0: the mailbox keeps none (RFC 7162 §3.1.2.2). */
export function highestModSeqOf(node: ImapNode | undefined): string | null {
  const modSeq = modSeqOf(node);
  return modSeq === '0' ? null : modSeq;
}

export function textsOf(node: ImapNode | undefined): string[] {
  return (listOf(node) ?? []).flatMap((item) => textOf(item) ?? []);
}

/** Name and value pairs of a flat list (STATUS, FETCH, BODYSTRUCTURE parameters); names in upper case. */
export function* pairsOf(list: readonly ImapNode[]): Generator<readonly [ImapToken, ImapNode]> {
  for (let at = 0; at + 1 < list.length; at += 2) {
    const name = tokenOf(list[at]);
    if (name !== null) yield [name, list[at + 1] ?? null];
  }
}

/** The response code of a status response (`[UIDVALIDITY 5]`): its name in upper case and what follows it. */
export function responseCode(response: ImapResponse): { name: string; args: readonly ImapNode[] } | null {
  const first = tokenOf(response.attributes?.[0]);
  const name = textOf(first?.section?.[0]);
  return name === null || first?.section === undefined
    ? null
    : { name: name.toUpperCase(), args: first.section.slice(1) };
}

function isList(node: ImapNode | undefined): node is readonly ImapNode[] {
  return Array.isArray(node);
}

import { decodeEncodedWords } from './encoded-words';

/** RFC 8621 §4.1.2.3. */
export type EmailAddress = { name: string | null; email: string };
/** RFC 8621 §4.1.2.4; `name` is null for addresses that stand in no group. */
export type EmailAddressGroup = { name: string | null; addresses: EmailAddress[] };

type Token = { kind: 'word' | 'quoted' | 'comment' | 'special'; text: string; spaced: boolean };

/** All mailboxes of an address field, those in groups too. */
export function parseAddresses(field: string): EmailAddress[] {
  return parseAddressGroups(field).flatMap((group) => group.addresses);
}

/** The mailboxes of an address field (RFC 5322 §3.4) by group. What cannot be read is an address of that very text. */
export function parseAddressGroups(field: string): EmailAddressGroup[] {
  const groups: EmailAddressGroup[] = [];
  let loose: EmailAddressGroup | undefined;
  let group: EmailAddressGroup | undefined;
  let tokens: Token[] = [];
  const finish = () => {
    const address = toAddress(tokens);
    tokens = [];
    if (address === undefined) return;
    if (group === undefined && loose === undefined) groups.push((loose = { name: null, addresses: [] }));
    (group ?? loose)?.addresses.push(address);
  };
  let inAngle = false;
  for (const token of tokenize(field.replace(/\r?\n(?=[ \t])/g, ''))) {
    if (token.kind === 'special') {
      if (token.text === '<') inAngle = true;
      if (token.text === '>') inAngle = false;
      if (token.text === ',' && !inAngle) {
        finish();
        continue;
      }
      if (token.text === ':' && !inAngle && group === undefined) {
        groups.push((group = { name: phrase(tokens), addresses: [] }));
        loose = undefined;
        tokens = [];
        continue;
      }
      if (token.text === ';' && !inAngle) {
        finish();
        group = undefined;
        continue;
      }
    }
    tokens.push(token);
  }
  finish();
  return groups;
}

function toAddress(tokens: Token[]): EmailAddress | undefined {
  const open = tokens.findIndex((token) => token.kind === 'special' && token.text === '<');
  if (open !== -1) {
    const close = tokens.findIndex((token, index) => index > open && token.text === '>' && token.kind === 'special');
    const inside = tokens.slice(open + 1, close === -1 ? undefined : close);
    return { name: phrase(tokens.slice(0, open)), email: spec(inside) };
  }
  const email = spec(tokens);
  if (email === '') return undefined;
  const comments = tokens.filter((token) => token.kind === 'comment').map((token) => decodeEncodedWords(token.text));
  return { name: comments.length === 0 ? null : comments.join(' '), email };
}

/** An addr-spec: quoted local parts keep their quotes, comments go. */
function spec(tokens: Token[]): string {
  return tokens
    .filter((token) => token.kind !== 'comment')
    .map((token) => (token.kind === 'quoted' ? `"${token.text}"` : token.text))
    .join('');
}

function phrase(tokens: Token[]): string | null {
  const words = tokens.filter((token) => token.kind !== 'comment');
  const text = words.map((token, index) => (index > 0 && token.spaced ? ' ' : '') + token.text).join('');
  const decoded = decodeEncodedWords(text).trim();
  return decoded === '' ? null : decoded;
}

function* tokenize(field: string): Generator<Token> {
  const pattern = /(\s*)(?:"((?:[^"\\]|\\.)*)"?|([<>,:;])|(\()|([^\s"<>,:;(]+))/gsy;
  for (let match = pattern.exec(field); match !== null; match = pattern.exec(field)) {
    const [, space = '', quoted, special, paren, word] = match;
    const spaced = space !== '';
    if (quoted !== undefined) yield { kind: 'quoted', text: quoted.replace(/\\(.)/gs, '$1'), spaced };
    else if (special !== undefined) yield { kind: 'special', text: special, spaced };
    else if (word !== undefined) yield { kind: 'word', text: word, spaced };
    else if (paren !== undefined) {
      const end = commentEnd(field, pattern.lastIndex);
      yield { kind: 'comment', text: field.slice(pattern.lastIndex, end).replace(/\\(.)/gs, '$1'), spaced };
      pattern.lastIndex = end + 1;
    }
  }
}

/** Comments nest (RFC 5322 §3.2.2). */
function commentEnd(field: string, start: number): number {
  let depth = 1;
  for (let at = start; at < field.length; at++) {
    if (field[at] === '\\') at++;
    else if (field[at] === '(') depth++;
    else if (field[at] === ')' && --depth === 0) return at;
  }
  return field.length;
}

import type { ImapNode, ImapResponse, ImapToken } from './attributes';

/** What is longer, or nests deeper, is imapflow's: it has the limits for what a server should not send. */
const longest = 1_000_000;
const deepest = 50;

const start = /^\* (\d{1,10}) FETCH \(/;
const fetchAtom: ImapToken = { type: 'ATOM', value: 'FETCH' };

/** By code: what an atom is made of. Any other character that is no delimiter is a case for imapflow. */
const inAtom = Array.from({ length: 128 }, (_, code) => /[\w!#$&'+,\-./:;=?@^`|~]/.test(String.fromCharCode(code)));

const [space, quote, open, close, backslash] = [0x20, 0x22, 0x28, 0x29, 0x5c];

/** The line is not what this reader is for. */
class Unread extends Error {}

/**
 * Reads the FETCH responses of one connection into the same tree as imapflow's parser, in a fraction of its time: most of
 * what a first sync costs us otherwise. `payload` is the line with its literals cut out. Null: the line is something
 * else, or odd, and imapflow's parser is to judge it.
 */
export function createFetchReader(): (payload: Buffer, literals: readonly Buffer[]) => ImapResponse | null {
  /** Of every message the same section is told: read once. */
  const sections = new Map<string, readonly ImapNode[]>();

  return (payload, literals) => {
    if (payload.length > longest) return null;
    const text = payload.toString();
    const match = start.exec(text);
    if (match === null) return null;
    const line = new Line(text, match[0].length, literals, sections);
    try {
      const items = line.list(0);
      return line.isRead ? { tag: '*', command: match[1] ?? '', attributes: [fetchAtom, items] } : null;
    } catch (error) {
      if (error instanceof Unread) return null;
      throw error;
    }
  };
}

class Line {
  private literal = 0;

  constructor(
    private readonly text: string,
    private at: number,
    private readonly literals: readonly Buffer[],
    private readonly sections: Map<string, readonly ImapNode[]>,
  ) {}

  get isRead(): boolean {
    return this.at === this.text.length && this.literal === this.literals.length;
  }

  /** What follows the opening parenthesis, up to and with the closing one. */
  list(depth: number): ImapNode[] {
    if (depth > deepest) throw new Unread();
    const nodes: ImapNode[] = [];
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code === space) this.at += 1;
      else if (code === close) {
        this.at += 1;
        return nodes;
      } else nodes.push(this.node(code, depth));
    }
  }

  private node(code: number, depth: number): ImapNode {
    if (code === open) {
      this.at += 1;
      return this.list(depth + 1);
    }
    const token = code === quote ? this.quoted() : this.text[this.at] === '{' ? this.octets() : this.atom(code);
    const after = this.text.charCodeAt(this.at);
    if (after !== space && after !== close) throw new Unread();
    return token;
  }

  private quoted(): ImapToken {
    const from = this.at + 1;
    let end = this.text.indexOf('"', from);
    let value = this.text.slice(from, end);
    if (value.includes('\\')) {
      const escaped = /(?:[^"\\]|\\["\\])*/y;
      escaped.lastIndex = from;
      const [raw = ''] = escaped.exec(this.text) ?? [];
      end = from + raw.length;
      value = raw.replaceAll(/\\(.)/gs, '$1');
    }
    if (end < 0 || this.text.charCodeAt(end) !== quote) throw new Unread();
    this.at = end + 1;
    return { type: 'STRING', value };
  }

  private octets(): ImapToken {
    const end = this.text.indexOf('}\r\n', this.at);
    const value = this.literals[this.literal++];
    if (end < 0 || value?.length !== Number(this.text.slice(this.at + 1, end))) throw new Unread();
    this.at = end + 3;
    return { type: 'LITERAL', value };
  }

  private atom(first: number): ImapToken | null {
    const from = this.at;
    if (first === backslash) this.at += 1;
    while (inAtom[this.text.charCodeAt(this.at)] === true) this.at += 1;
    const value = this.text.slice(from, this.at);
    if (value === '') throw new Unread();
    if (this.text[this.at] === '[') return this.withSection(value);
    return value === 'NIL' || value.toUpperCase() === 'NIL' ? null : { type: 'ATOM', value };
  }

  /** `BODY[1.2]<0>` */
  private withSection(value: string): ImapToken {
    const end = this.text.indexOf(']', this.at);
    const inside = this.text.slice(this.at + 1, end);
    if (end < 0 || !/^BODY$/i.test(value)) throw new Unread();
    this.at = end + 1;
    const section = this.section(inside);
    if (this.text[this.at] !== '<') return { type: 'ATOM', value, section };
    const partial = /<(\d{1,10})>/y;
    partial.lastIndex = this.at;
    const match = partial.exec(this.text);
    if (match === null) throw new Unread();
    this.at += match[0].length;
    return { type: 'ATOM', value, section, partial: [Number(match[1])] };
  }

  private section(inside: string): readonly ImapNode[] {
    let nodes = this.sections.get(inside);
    if (nodes === undefined) {
      if (!/^[\w.\- ()]*$/.test(inside)) throw new Unread();
      const line = new Line(`${inside})`, 0, [], this.sections);
      nodes = line.list(0);
      if (!line.isRead) throw new Unread();
      if (this.sections.size < 100) this.sections.set(inside, nodes);
    }
    return nodes;
  }
}

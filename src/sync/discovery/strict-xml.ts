/** An element of a document without namespaces, comments and mixed content: what a configuration file is made of. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Its own text, without that of its children, trimmed. */
  readonly text: string;
}

const maxDepth = 20;
const maxElements = 2000;

interface OpenElement extends XmlElement {
  readonly attributes: Map<string, string>;
  readonly children: XmlElement[];
  text: string;
}

const entities = new Map(Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }));
const name = String.raw`[A-Za-z_][\w.:-]*`;
/** Comment, instruction, CDATA, end tag, start tag, or text: one of them stands at each place of a document. */
const token = new RegExp(
  String.raw`<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|</(${name})\s*>|` +
    String.raw`<(${name})((?:\s+${name}\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(/?)>|([^<]+)`,
  'y',
);
const attribute = new RegExp(String.raw`(${name})\s*=\s*(?:"([^"]*)"|'([^']*)')`, 'g');

/**
 * The root element. Strict and small on purpose: no document type and so no entity of its own, bounded in depth and
 * number. Null for whatever is not such a document.
 */
export function parseXml(document: string): XmlElement | null {
  const text = document.replace(/^\uFEFF/, '');
  const root: OpenElement = { name: '', attributes: new Map(), children: [], text: '' };
  const open: OpenElement[] = [root];
  let elements = 0;
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    const parent = open.at(-1);
    if (match === null || parent === undefined) return null;
    const [, cdata, endName, startName, attributes = '', isEmpty, plain] = match;
    if (startName !== undefined) {
      const element: OpenElement = { name: startName, attributes: new Map(), children: [], text: '' };
      for (const [, key = '', double, single] of attributes.matchAll(attribute)) {
        const value = decode(double ?? single ?? '');
        if (value === null || element.attributes.has(key)) return null;
        element.attributes.set(key, value);
      }
      parent.children.push(element);
      if (++elements > maxElements || open.length > maxDepth) return null;
      if (isEmpty === '') open.push(element);
    } else if (endName !== undefined) {
      if (open.length === 1 || parent.name !== endName) return null;
      parent.text = parent.text.trim();
      open.pop();
    } else {
      const value = cdata ?? decode(plain ?? '');
      if (value === null) return null;
      parent.text += value;
    }
  }
  const [only, ...others] = root.children;
  return only !== undefined && others.length === 0 && open.length === 1 && root.text.trim() === '' ? only : null;
}

/** Null: an entity that XML does not have by itself. */
function decode(text: string): string | null {
  const [plain = '', ...parts] = text.split('&');
  let decoded = plain;
  for (const part of parts) {
    const [, entity = '', rest = ''] = /^([^;]{1,10});([\s\S]*)$/.exec(part) ?? [];
    const character = characterOf(entity);
    if (character === undefined) return null;
    decoded += character + rest;
  }
  return decoded;
}

function characterOf(entity: string): string | undefined {
  const number = /^#(\d{1,7})$/.exec(entity)?.[1] ?? /^#(x[\da-f]{1,6})$/i.exec(entity)?.[1];
  if (number === undefined) return entities.get(entity);
  const code = Number(number.replace(/^x/i, '0x'));
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

export function childrenOf(element: XmlElement | undefined, childName: string): readonly XmlElement[] {
  return element?.children.filter((child) => child.name === childName) ?? [];
}

export function childText(element: XmlElement, childName: string): string {
  return childrenOf(element, childName)[0]?.text ?? '';
}

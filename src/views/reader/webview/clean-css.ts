/**
 * A mail's CSS, parsed by the browser's own parser and written out again from what it understood: escapes, comments and
 * broken syntax that fool a regular expression are gone by then. Only properties of a list pass; nothing refers outside.
 */
import type { RemoteImages } from './remote-images';

/** Layout, type and colour. Not in it: animations, filters and blending (they stall the page), custom properties (raw text). */
const allowedProperty =
  /^(?:(?:background|border|outline|margin|padding|font|text|list-style|table|column|grid|flex|overflow|white-space|word|line|letter|hyphens|align|justify|place|min|max|inset|object|page-break|break)(?:-[a-z-]+)?|color|direction|display|float|clear|vertical-align|width|height|top|right|bottom|left|position|z-index|visibility|opacity|box-sizing|box-shadow|border-collapse|caption-side|empty-cells|content|cursor|gap|row-gap|order|quotes|orphans|widows|unicode-bidi|tab-size|aspect-ratio|columns)$/;
/** `vh` and its kin would make the frame grow with its own content; the rest is raw text that the parser did not read. */
const refusedValue =
  /\\|\b(?:var|env|attr|expression|element|paint|image|image-set|-webkit-image-set|cross-fade|-webkit-cross-fade|src)\(|[\d.](?:[sld]?v(?:h|b|max|min))\b|javascript:/i;
const urlValue = /url\(\s*(?:"([^"]*)"|'([^']*)'|([^)]*))\s*\)/gi;
const backgroundProperty = /^background(?:-image)?$/;

const maxRules = 4000;
/** Every rule is tried on every element. */
const maxMatches = 4_000_000;
const maxSelector = 400;
const maxText = 512_000;

export interface CleanStyle {
  readonly text: string;
  /** Sets colours or backgrounds of its own, so it presumes light paper. */
  readonly designed: boolean;
}

export class CssCleaner {
  readonly #seen = new Map<string, CleanStyle>();
  #rules = 0;

  readonly #maxRules: number;

  /** `elements`: how many the mail has. */
  constructor(
    private readonly images: RemoteImages,
    elements: number,
  ) {
    this.#maxRules = Math.min(maxRules, maxMatches / (elements + 1));
  }

  /** The value of a `style` attribute. */
  inline(style: string): CleanStyle {
    const known = this.#seen.get(style);
    if (known !== undefined) return known;
    const sheet = parseSheet(`x{${style.slice(0, 20_000).replace(/[{}]/g, '')}}`);
    const rule = sheet?.cssRules[0];
    const clean = rule instanceof CSSStyleRule ? this.#declarations(rule.style) : { text: '', designed: false };
    this.#seen.set(style, clean);
    return clean;
  }

  /** The text of `style` elements: style rules and the media queries around them; `@import`, `@font-face` and all else go. */
  sheet(text: string): CleanStyle {
    const sheet = parseSheet(text.slice(0, maxText));
    return sheet === null ? { text: '', designed: false } : this.#rulesOf(sheet.cssRules, 0);
  }

  #rulesOf(rules: CSSRuleList, depth: number): CleanStyle {
    let text = '';
    let designed = false;
    for (const rule of rules) {
      if (++this.#rules > this.#maxRules) break;
      let clean: CleanStyle | null = null;
      if (rule instanceof CSSStyleRule) clean = this.#styleRule(rule);
      // The mail lies on light paper, whatever the system prefers.
      else if (rule instanceof CSSMediaRule && depth < 4 && !/prefers-color-scheme/i.test(rule.conditionText)) {
        const inner = this.#rulesOf(rule.cssRules, depth + 1);
        clean = { text: `@media ${rule.conditionText}{${inner.text}}`, designed: inner.designed };
      }
      if (clean === null) continue;
      text += `${clean.text}\n`;
      designed ||= clean.designed;
    }
    return { text, designed };
  }

  #styleRule(rule: CSSStyleRule): CleanStyle | null {
    // `:has()`, `~` and long selectors look at much of the mail for each of its elements.
    if (rule.selectorText.length > maxSelector * 10 || /:has\(|:host|::part|~(?!=)/i.test(rule.selectorText))
      return null;
    if (rule.selectorText.split(',').some((selector) => selector.length > maxSelector)) return null;
    const { text, designed } = this.#declarations(rule.style);
    return text === '' ? null : { text: `${rule.selectorText}{${text}}`, designed };
  }

  #declarations(style: CSSStyleDeclaration): CleanStyle {
    let text = '';
    let designed = false;
    for (const property of style) {
      if (!allowedProperty.test(property)) continue;
      const value = this.#value(property, style.getPropertyValue(property));
      if (value === null) continue;
      text += `${property}:${value}${style.getPropertyPriority(property) === '' ? '' : '!important'};`;
      designed ||= isDesign(property, value);
    }
    return { text, designed };
  }

  #value(property: string, value: string): string | null {
    if (
      value === '' ||
      value.length > (value.includes('url(') ? 200_000 : 2000) ||
      (property === 'position' && value === 'fixed')
    )
      return null;
    const rest = value.replace(urlValue, '');
    if (refusedValue.test(rest) || /url\(/i.test(rest)) return null;
    if (rest.length === value.length) return value;
    if (!backgroundProperty.test(property)) return null;
    return value.replace(urlValue, (_all, double?: string, single?: string, bare?: string) => {
      const data = this.images.resolve(double ?? single ?? bare ?? '');
      return data === null ? 'none' : `url("${data}")`;
    });
  }
}

/** Constructed sheets load nothing (`@import` is not allowed in them), and this one is never adopted by a document. */
function parseSheet(text: string): CSSStyleSheet | null {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return sheet;
  } catch {
    return null;
  }
}

/** Black, white and greys are what editors write into mails that have no design. */
export function isPlainColour(value: string): boolean {
  const colour = value.trim().toLowerCase();
  if (
    /^(?:|initial|inherit|unset|revert|currentcolor|transparent|none|auto|black|white|window|windowtext|grey|gray|canvas|canvastext|dimgr[ae]y|darkgr[ae]y)$/.test(
      colour,
    )
  ) {
    return true;
  }
  const channels = channelsOf(colour);
  return channels !== null && Math.max(...channels) - Math.min(...channels) <= 24;
}

function channelsOf(colour: string): number[] | null {
  const hex = /^#?([\da-f]{6}|[\da-f]{3})$/.exec(colour)?.[1];
  if (hex !== undefined) {
    const wide = hex.length === 3 ? hex.replace(/./g, '$&$&') : hex;
    return [0, 2, 4].map((at) => Number.parseInt(wide.slice(at, at + 2), 16));
  }
  const numbers = /^rgba?\(([^)]*)\)$/
    .exec(colour)?.[1]
    ?.split(/[,\s/]+/)
    .filter((part) => part !== '')
    .map(Number);
  if (numbers === undefined || numbers.length < 3 || numbers.some(Number.isNaN)) return null;
  return numbers[3] === 0 ? [0, 0, 0] : numbers.slice(0, 3);
}

/** A background other than white paper, or a text colour other than grey. */
export function isDesign(property: string, value: string): boolean {
  if (property === 'background-image') return !/^(?:none|initial|inherit|unset)$/i.test(value.trim());
  if (property === 'background-color') return !isPaper(value);
  return property === 'color' && !isPlainColour(value);
}

export function isPaper(value: string): boolean {
  const colour = value.trim().toLowerCase();
  if (/^(?:|initial|inherit|unset|transparent|white|window|canvas|none)$/.test(colour)) return true;
  const channels = channelsOf(colour);
  return channels !== null && (Math.min(...channels) >= 250 || /^rgba\(.*[,/]\s*0\)$/.test(colour));
}

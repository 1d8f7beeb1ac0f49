/** How much HTML the page takes on: a mail is a stranger's program for our layout engine, so it is measured before it is parsed. */

export interface HtmlLimits {
  /** Characters of source. */
  readonly length: number;
  readonly tags: number;
}

/** Beyond any newsletter (the largest measured in the wild stay under 1 MB and 15,000 tags). */
export const usualLimits: HtmlLimits = { length: 3_000_000, tags: 40_000 };
/** When the person says "Show anyway". The host sends no more than this either. */
export const forcedLimits: HtmlLimits = { length: 10_000_000, tags: 150_000 };

/** After parsing. Tables, and what lays out by its content, cost time for every level. */
export const maxTableDepth = 24;
export const maxDepth = 200;

export function isWithin(html: string, limits: HtmlLimits): boolean {
  if (html.length > limits.length) return false;
  let tags = 0;
  for (let at = html.indexOf('<'); at !== -1; at = html.indexOf('<', at + 1))
    if (++tags > limits.tags * 2) return false;
  return true;
}

const layoutByContent = /^(?:TABLE|FIELDSET|DETAILS)$/;

/**
 * Takes the wrappers out of what is nested deeper than any mail needs, its content stays: 500 tables in each other make
 * layout take exponential time, 100,000 divs overflow stacks.
 */
export function flatten(root: Element): void {
  const walker = root.ownerDocument.createTreeWalker(root, NodeFilter.SHOW_ELEMENT);
  const depths = new WeakMap<Element, { depth: number; tables: number }>([[root, { depth: 0, tables: 0 }]]);
  const deep: Element[] = [];
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node as Element;
    const parent = depths.get(element.parentElement ?? root) ?? { depth: 0, tables: 0 };
    const tables = parent.tables + (layoutByContent.test(element.tagName) ? 1 : 0);
    depths.set(element, { depth: parent.depth + 1, tables });
    if (parent.depth >= maxDepth || tables > maxTableDepth) deep.push(element);
  }
  // Innermost first: each takes its children one level up.
  for (const element of deep.reverse()) if (element.tagName !== 'IMG') element.replaceWith(...element.childNodes);
}

/** The text of HTML that is not shown as it is. Bounded by its caller, who cuts the source; no recursion, for any depth. */
const blocks = /^(?:P|DIV|BR|TR|LI|UL|OL|TABLE|H[1-6]|BLOCKQUOTE|PRE|HR|SECTION|ARTICLE|HEADER|FOOTER|DT|DD|CENTER)$/;
const unseen = 'script, style, head, title, template, noscript, svg, math, select, textarea, object, iframe';

export function htmlToText(html: string): string {
  const { body } = new DOMParser().parseFromString(html, 'text/html');
  for (const element of body.querySelectorAll(unseen)) element.remove();
  const walker = body.ownerDocument.createTreeWalker(body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  const parts: string[] = [];
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (node.nodeType === Node.TEXT_NODE) parts.push((node.nodeValue ?? '').replace(/\s+/g, ' '));
    else if (blocks.test(node.nodeName)) parts.push('\n');
  }
  return parts
    .join('')
    .replace(/ *\n */g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/**
 * From the HTML of a mail to nodes that may be put into the frame (design: "Mail is hostile input"). Everything happens
 * in documents without a window, where nothing is run or fetched. The result is handed over as nodes, never as text that
 * would be parsed a second time: that is where mutation XSS lives.
 */
import createDOMPurify, { type Config } from 'dompurify';
import { checkLink, type LinkCheck } from '../link-check';
import { CssCleaner, isDesign, isPaper, isPlainColour } from './clean-css';
import { flatten } from './html-limits';
import type { RemoteImages } from './remote-images';

export interface MailLink {
  /** As the mail has it; what is done with it is the host's decision. */
  readonly href: string;
  readonly text: string;
  readonly check: LinkCheck;
}

export interface CleanMail {
  readonly content: DocumentFragment;
  readonly css: string;
  /** What the mail's body element asks for: background, direction, classes. */
  readonly bodyAttributes: ReadonlyMap<string, string>;
  /** By the `data-link` of their elements. */
  readonly links: readonly MailLink[];
  /** The mail sets colours or backgrounds, so it presumes light paper. */
  readonly designed: boolean;
}

const tags =
  'body a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn dir div dl dt ' +
  'em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark menu nav ol p picture pre q rp rt ruby s ' +
  'samp section small span strike strong sub summary details sup table tbody td tfoot th thead time tr tt u ul var wbr';
const attributes =
  'abbr align alt bgcolor border cellpadding cellspacing char charoff cite class color cols colspan compact datetime dir face ' +
  'headers height href hspace id lang name noshade nowrap open rowspan rules scope size span src start style summary ' +
  'text title type valign value vspace width background role aria-label aria-hidden';

const config = {
  ALLOWED_TAGS: tags.split(' '),
  ALLOWED_ATTR: attributes.split(' '),
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  ALLOWED_NAMESPACES: ['http://www.w3.org/1999/xhtml'],
  // DOMPurify holds this against the value of nearly every attribute: these schemes, or something that has none.
  ALLOWED_URI_REGEXP:
    /^(?:(?:https?|mailto|cid):|data:image\/(?:png|jpe?g|gif|webp|avif|bmp|x-icon);base64,|[^a-z]|[a-z+.-]+(?:[^a-z+.\-:]|$))/i,
  // What these hold is no text of the mail.
  FORBID_CONTENTS: [
    'script',
    'style',
    'title',
    'template',
    'noembed',
    'noframes',
    'iframe',
    'object',
    'svg',
    'math',
    'audio',
    'video',
    'select',
    'xmp',
    'plaintext',
    'noscript',
  ],
  SANITIZE_DOM: true,
  SAFE_FOR_XML: true,
  RETURN_DOM: true,
} satisfies Config;

const purifier = createDOMPurify(window);

export function cleanHtml(html: string, images: RemoteImages): CleanMail {
  const parsed = new DOMParser().parseFromString(html, 'text/html');
  const css = new CssCleaner(images, parsed.getElementsByTagName('*').length);
  const sheet = css.sheet(takeStyles(parsed));
  flatten(parsed.documentElement);
  const body = purifier.sanitize(parsed.body, config) as HTMLElement;

  const links: MailLink[] = [];
  let designed = sheet.designed;
  for (const element of [body, ...body.querySelectorAll('*')]) {
    designed = cleanAttributes(element, css, images) || designed;
    if (element.tagName === 'A') neutraliseLink(element, links);
    else if (element.tagName === 'IMG') placeImage(element, images);
  }
  const content = body.ownerDocument.createDocumentFragment();
  content.append(...body.childNodes);
  const bodyAttributes = new Map(
    ['style', 'class', 'dir', 'lang', 'bgcolor', 'text'].flatMap((name) => {
      const value = body.getAttribute(name);
      return value === null ? [] : [[name, value] as const];
    }),
  );
  return { content, css: sheet.text, bodyAttributes, links, designed };
}

/** Their text, taken out of the tree: DOMPurify would drop the many that hold a `<!--`. */
function takeStyles(parsed: Document): string {
  let text = '';
  for (const style of parsed.querySelectorAll('style')) {
    const media = style.getAttribute('media');
    if (media === null || /^\s*(?:all|screen)?\s*$/i.test(media)) text += `${style.textContent}\n`;
    style.remove();
  }
  return text;
}

/** True: it sets a colour or a background of its own. */
function cleanAttributes(element: Element, css: CssCleaner, images: RemoteImages): boolean {
  let designed = false;
  const style = element.getAttribute('style');
  let declarations = '';
  if (style !== null) {
    const clean = css.inline(style);
    declarations = clean.text;
    designed ||= clean.designed;
  }
  const background = element.getAttribute('background');
  if (background !== null) {
    element.removeAttribute('background');
    const data = images.resolve(background);
    if (data !== null) declarations = `background-image:url("${data}");${declarations}`;
    designed ||= data !== null || images.isRemote(background);
  }
  if (declarations !== '') element.setAttribute('style', declarations);
  else if (style !== null) element.removeAttribute('style');

  const paper = element.getAttribute('bgcolor');
  designed ||= paper !== null && !isPaper(paper);
  const ink = element.getAttribute('color') ?? element.getAttribute('text');
  designed ||= ink !== null && !isPlainColour(ink) && isDesign('color', ink);
  for (const name of ['colspan', 'rowspan', 'span', 'cols', 'border', 'cellpadding', 'cellspacing', 'hspace', 'vspace'])
    clamp(element, name);
  return designed;
}

/** `<td colspan=1000 rowspan=65534>` is a million cells from thirty characters. */
function clamp(element: Element, name: string): void {
  const value = element.getAttribute(name);
  if (value !== null && Number.parseInt(value, 10) > 100) element.setAttribute(name, '100');
}

/**
 * A link keeps no address that anything could follow, prefetch or resolve by itself: only a number, by which the page
 * finds what to tell the host.
 */
function neutraliseLink(element: Element, links: MailLink[]): void {
  const href = element.getAttribute('href');
  element.removeAttribute('href');
  if (href === null) return;
  if (href.startsWith('#')) {
    if (href.length > 1) element.setAttribute('data-anchor', href.slice(1));
    element.setAttribute('href', '#');
    return;
  }
  const text = element.textContent.trim().slice(0, 500);
  const check = checkLink(href, text);
  if (!check.ok) return;
  element.setAttribute('href', '#');
  element.setAttribute('data-link', String(links.length));
  if (check.warnings.some(({ kind }) => kind !== 'international')) element.classList.add('mailpane-suspicious');
  element.removeAttribute('title');
  links.push({ href, text, check });
}

function placeImage(element: Element, images: RemoteImages): void {
  const source = element.getAttribute('src') ?? '';
  element.removeAttribute('src');
  const data = images.resolve(source);
  if (data !== null) {
    element.setAttribute('src', data);
    return;
  }
  // A pixel that counts readers leaves no trace.
  const isPixel = ['width', 'height'].some((name) => Number.parseInt(element.getAttribute(name) ?? '99', 10) <= 3);
  if (isPixel) element.remove();
  else element.replaceWith(placeholder(element));
}

/** What a picture would take up, with its description: an `img` without a source collapses, and the layout with it. */
function placeholder(image: Element): Element {
  const box = image.ownerDocument.createElement('span');
  for (const name of ['class', 'id', 'title']) {
    const value = image.getAttribute(name);
    if (value !== null) box.setAttribute(name, value);
  }
  const lengths = ['width', 'height'].flatMap((name) => {
    const [length, unit] = /^\s*(\d{1,4})(%?)/.exec(image.getAttribute(name) ?? '')?.slice(1) ?? [];
    return length === undefined ? [] : [`${name}:${length}${unit === '%' ? '%' : 'px'};`];
  });
  box.setAttribute('style', `${lengths.join('')}${image.getAttribute('style') ?? ''}`);
  box.classList.add('mailpane-missing');
  const description = image.getAttribute('alt') ?? '';
  box.setAttribute('role', 'img');
  box.setAttribute('aria-label', description);
  box.textContent = description;
  return box;
}

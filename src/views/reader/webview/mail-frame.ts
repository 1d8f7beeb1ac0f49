/**
 * The frame in which the HTML of a mail lies: same origin, so that links, keys and its height are reachable from the
 * page, and without scripts (never both). Nodes are put into it; its document is never written from the mail's text.
 */
import type { CleanMail, MailLink } from './clean-html';
import { linkTip } from './link-tip';
import { forwardKeys } from './forward-keys';
import { reportBlur } from './focus';
import { frameStyle, type Colours } from './frame-style';

export interface MailFrameEvents {
  onLink(link: MailLink): void;
  /** What lies under the pointer or has the focus; null: no link. */
  onPointTo(link: MailLink | null): void;
}

/** Its own policy, stricter than the page's, which it inherits too. */
const emptyDocument = `<!doctype html><html><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; font-src 'none'; base-uri 'none'; form-action 'none'">
<meta http-equiv="x-dns-prefetch-control" content="off"><meta name="referrer" content="no-referrer">
</head><body></body></html>`;

/** Beyond it the frame scrolls by itself: a mail may claim to be a million pixels high. */
const maxHeight = 60_000;
/** A newsletter wider than the panel is made smaller, down to this; then it scrolls sideways. */
const minZoom = 0.55;

export class MailFrame {
  readonly #resize = new ResizeObserver(() => this.#fit());
  readonly #ready: Promise<Document>;
  #content: HTMLElement | null = null;
  #zoom = 1;
  #turn = 0;
  #width = 0;

  constructor(
    private readonly iframe: HTMLIFrameElement,
    private readonly events: MailFrameEvents,
  ) {
    iframe.setAttribute('sandbox', 'allow-same-origin');
    this.#ready = new Promise((done) => {
      iframe.addEventListener(
        'load',
        () => {
          if (iframe.contentDocument === null) return;
          this.#listen(iframe.contentDocument);
          done(iframe.contentDocument);
        },
        { once: true },
      );
    });
    iframe.srcdoc = emptyDocument;
  }

  async show(mail: CleanMail, colours: Colours): Promise<void> {
    const turn = ++this.#turn;
    const document = await this.#ready;
    if (turn !== this.#turn) return;
    const { body } = document;
    for (const name of body.getAttributeNames()) body.removeAttribute(name);
    for (const [name, value] of mail.bodyAttributes) body.setAttribute(name, value);
    const content = document.createElement('div');
    content.append(document.importNode(mail.content, true));
    for (const element of content.querySelectorAll('[data-link]')) {
      const link = mail.links[Number(element.getAttribute('data-link'))];
      if (link !== undefined) element.setAttribute('title', linkTip(link.check));
    }
    // By a property, not a class: nothing in the mail's CSS can name it.
    content.style.cssText = 'display:flow-root;position:relative';
    this.#links = mail.links;
    this.#resize.disconnect();
    this.#zoom = 1;
    this.#content = content;
    this.setColours(colours, mail.css);
    body.replaceChildren(content);
    this.#fit();
    this.#resize.observe(content);
    this.#resize.observe(this.iframe);
  }

  #links: readonly MailLink[] = [];
  #css = '';

  /** Also when VS Code's theme changes: its variables do not reach into a frame. */
  setColours(colours: Colours, css: string = this.#css): void {
    this.#css = css;
    const document = this.iframe.contentDocument;
    if (document === null || this.#content === null) return;
    const style = document.createElement('style');
    style.textContent = frameStyle(colours, getComputedStyle(window.document.documentElement), css);
    document.head.querySelector('style')?.remove();
    document.head.append(style);
    this.#fit();
  }

  dispose(): void {
    this.#turn++;
    this.#resize.disconnect();
  }

  #listen(document: Document): void {
    forwardKeys(document);
    this.iframe.contentWindow?.addEventListener('blur', reportBlur);
    document.addEventListener('click', (event) => this.#follow(event));
    document.addEventListener('auxclick', (event) => this.#follow(event));
    document.addEventListener('dragstart', (event) => event.preventDefault());
    const pointTo = (event: Event) => this.events.onPointTo(this.#linkAt(event.target));
    document.addEventListener('mouseover', pointTo);
    document.addEventListener('focusin', pointTo);
    document.addEventListener('mouseleave', () => this.events.onPointTo(null));
    document.addEventListener('focusout', () => this.events.onPointTo(null));
    // A picture's size is known only now.
    document.addEventListener('load', () => this.#fit(), true);
  }

  #follow(event: MouseEvent): void {
    const anchor = anchorAt(event.target);
    if (anchor === null) return;
    event.preventDefault();
    if (event.button === 2) return;
    const link = this.#linkAt(anchor);
    if (link !== null) this.events.onLink(link);
    else this.#scrollTo(anchor.getAttribute('data-anchor'));
  }

  #linkAt(target: EventTarget | null): MailLink | null {
    const index = anchorAt(target)?.getAttribute('data-link');
    return index === null || index === undefined ? null : (this.#links[Number(index)] ?? null);
  }

  #scrollTo(name: string | null): void {
    if (name === null || this.#content === null) return;
    const quoted = CSS.escape(name);
    this.#content.querySelector(`#${quoted}, [name="${quoted}"]`)?.scrollIntoView();
  }

  /** As wide as the panel, as high as the mail. */
  #fit(): void {
    const content = this.#content;
    if (!content?.isConnected) return;
    if (this.#width !== this.iframe.clientWidth) this.#zoom = 1;
    this.#width = this.iframe.clientWidth;
    content.style.zoom = String(this.#zoom);
    if (this.#zoom === 1 && content.scrollWidth > content.clientWidth + 1 && content.clientWidth > 0) {
      this.#zoom = Math.max(minZoom, content.clientWidth / content.scrollWidth);
      content.style.zoom = String(this.#zoom);
    }
    const root = content.ownerDocument.documentElement;
    const { bottom } = content.getBoundingClientRect();
    const height = Math.max(bottom, content.scrollHeight * this.#zoom) + bodyPadding + root.scrollTop;
    this.iframe.style.height = `${Math.ceil(Math.min(height, maxHeight))}px`;
    root.style.overflowY = height > maxHeight ? 'auto' : 'hidden';
  }
}

const bodyPadding = 16;

/** The target is of the frame's realm, so `instanceof` of the page's classes does not hold. */
function anchorAt(target: EventTarget | null): Element | null {
  const element = target as Element | null;
  return typeof element?.closest === 'function' ? element.closest('a') : null;
}

import * as vscode from 'vscode';
import type { Changed, Params } from '../../engine/api';
import { EngineError } from '../../engine/client';
import type { Attachment, EmailBody, EmailDetails, MessageRow } from '../../model/email';
import type { ChangeId, EmailId, MailboxId } from '../../model/ids';
import { isUnread } from '../../model/keywords';
import type { ViewContext } from '../view-context';
import { bodyView, forcedHtmlLength, usualHtmlLength } from './body-view';
import { messageOf } from '../show-error';
import { failureView } from './failure';
import { messageView } from './message-view';
import type { BodyView, MessageView, PanelState, ToPage } from './protocol';
import { createShownRefresher, type ShownRefresher } from './shown-refresher';

export interface OpenMessageEvents {
  /** Whether the panel is on screen: what is hidden asks for nothing again. */
  isVisible(): boolean;
  post(message: ToPage): void;
  onTitle(subject: string): void;
  /** The page was given the body. */
  onBodyShown(): void;
}

/** ms between two reads while changes pour in (a first sync). */
const interval = 300;

/** Least time (ms) between two attempts that the person did not ask for, while a body cannot be had. */
const retryAfter = 5000;

/**
 * A message while a panel shows it: asks the engine for it, keeps what it said (a hidden panel's page forgets), and asks
 * again when something of it changed. The body never changes, so it is asked for once.
 */
export class OpenMessage {
  readonly #abort = new AbortController();
  #details: EmailDetails | null = null;
  #thread: readonly MessageRow[] = [];
  #view: MessageView | null = null;
  #ending: Extract<ToPage, { type: 'gone' | 'failed' }> | null = null;
  #body: EmailBody | null = null;
  #bodyView: BodyView = { state: 'loading' };
  #inline: Readonly<Record<string, string>> | null = null;
  #htmlLength = usualHtmlLength;
  #imagesAllowed = false;
  #unseenTaken = false;
  #reading: Promise<void> | null = null;
  readonly #refresher: ShownRefresher;
  #retryTimer: NodeJS.Timeout | null = null;

  constructor(
    private readonly context: ViewContext,
    private state: PanelState,
    private readonly events: OpenMessageEvents,
  ) {
    this.#refresher = createShownRefresher(
      interval,
      () => this.events.isVisible(),
      async () => {
        this.#reading = this.#loadDetails();
        await this.#reading;
      },
    );
    this.#post({ type: 'show', state });
    this.#refresher.request();
    void this.#loadBody();
  }

  get emailId(): EmailId {
    return this.state.emailId;
  }

  get attachments(): readonly Attachment[] {
    return this.#body?.attachments ?? [];
  }

  /** Null: not known yet. */
  get mailboxIds(): readonly MailboxId[] | null {
    return this.#details?.mailboxIds ?? null;
  }

  dispose(): void {
    this.#abort.abort();
    this.#refresher.dispose();
    if (this.#retryTimer !== null) clearTimeout(this.#retryTimer);
  }

  /** The same message, in another role (kept, or opened from another list). */
  restate(state: PanelState): void {
    this.state = state;
    this.#post({ type: 'show', state });
  }

  /** The page is new, or came back: it is told everything again. */
  replay(): void {
    this.#post({ type: 'show', state: this.state });
    if (this.#view !== null) this.#post({ type: 'message', message: this.#view });
    this.#postBody(this.#bodyView);
    if (this.#inline !== null) this.#post({ type: 'inline', emailId: this.emailId, images: this.#inline });
    if (this.#ending !== null) this.#post(this.#ending);
  }

  changed(changed: Changed): void {
    const mine =
      changed.emails === null ||
      changed.emails.includes(this.emailId) ||
      this.#thread.some(({ emailId }) => changed.emails?.includes(emailId)) ||
      changed.mailboxes ||
      changed.accounts ||
      changed.messagesIn.length > 0;
    if (mine) this.#refresher.changed();
    if (changed.status && this.#lacksBody && this.events.isVisible()) this.#retryLater();
  }

  visibilityChanged(): void {
    this.#refresher.visibilityChanged();
    if (this.#lacksBody && this.events.isVisible()) this.#retryLater();
  }

  /** It could not be had without a connection, and can perhaps now. */
  get #lacksBody(): boolean {
    return this.#bodyView.state === 'failed' && this.#bodyView.offline;
  }

  /** True once, when the message is on screen with its body and unread. */
  takeUnseen(): boolean {
    if (this.#unseenTaken || this.#body === null || this.#details === null) return false;
    this.#unseenTaken = true;
    return isUnread(this.#details.keywords);
  }

  /** True where it was read already when it came on screen: who marks it unread from now on means it. */
  cameRead(): boolean {
    if (this.#body !== null && this.#details !== null && !isUnread(this.#details.keywords)) this.#unseenTaken = true;
    return this.#unseenTaken;
  }

  /** From now on `takeUnseen` is false. */
  leaveUnseen(): void {
    this.#unseenTaken = true;
  }

  async retry(): Promise<void> {
    this.#ending = null;
    this.#refresher.request();
    if (this.#body === null) await this.#loadBody();
  }

  showFullHtml(): void {
    this.#htmlLength = forcedHtmlLength;
    this.#showBody();
  }

  /** Retry or Discard of a change that the server refused. */
  async resolveRefused(method: 'outbox/retry' | 'outbox/discard', changeId: ChangeId): Promise<void> {
    await this.#request(method, { changeIds: [changeId] });
    this.#refresher.request();
  }

  async loadImages(urls: readonly string[]): Promise<void> {
    this.#imagesAllowed = true;
    let images: readonly { url: string; data: string | null }[];
    try {
      images = await this.#request('images/load', { urls: [...urls] });
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      this.context.log.warn(`remote images: ${messageOf(error)}`);
      images = [];
    }
    const data = new Map(images.map((image) => [image.url, image.data]));
    this.#post({
      type: 'images',
      emailId: this.emailId,
      images: urls.map((url) => ({ url, data: data.get(url) ?? null })),
    });
  }

  async trustSender(): Promise<void> {
    const sender = this.#sender;
    if (sender !== null) await this.#request('images/trust', { sender, trusted: true });
  }

  /** By whose address images are trusted. */
  get #sender(): string | null {
    const email = this.#details?.addresses.from[0]?.email.toLowerCase() ?? '';
    return email.includes('@') ? email : null;
  }

  async #loadDetails(): Promise<void> {
    const { emailId } = this.state;
    try {
      const details = await this.#request('messages/get', { emailId });
      if (details === null) {
        this.#end({ type: 'gone' });
        return;
      }
      const [thread, mailboxes] = await Promise.all([this.#loadThread(details), this.#request('mailboxes/list', {})]);
      this.#details = details;
      this.#thread = thread;
      this.#ending = null;
      this.#view = messageView(details, thread, mailboxes, vscode.l10n);
      this.events.onTitle(this.#view.subject);
      this.#post({ type: 'message', message: this.#view });
      if (this.#body !== null && this.#bodyView.state !== 'ready') this.#showBody();
    } catch (error) {
      if (!this.#abort.signal.aborted && this.#view === null) this.#end({ type: 'failed', ...failureView(error) });
    }
  }

  /** The whole conversation; of one that lies in Trash or Junk, what lies there with it. */
  async #loadThread(details: EmailDetails): Promise<readonly MessageRow[]> {
    const { threadId } = details;
    const rows = await this.#request('messages/thread', { threadId, mailboxId: null });
    if (rows.some(({ emailId }) => emailId === details.emailId)) return rows;
    const [mailboxId] = details.mailboxIds;
    return mailboxId === undefined ? [] : this.#request('messages/thread', { threadId, mailboxId });
  }

  async #loadBody(): Promise<void> {
    this.#postBody({ state: 'loading' });
    try {
      this.#body = await this.#request('messages/body', { emailId: this.emailId });
    } catch (error) {
      if (!this.#abort.signal.aborted) this.#postBody({ state: 'failed', ...failureView(error) });
      return;
    }
    await this.#reading;
    await this.#loadTrust();
    if (this.#abort.signal.aborted) return;
    this.#showBody();
    this.events.onBodyShown();
    await Promise.all([this.#loadInline(this.#body), this.#prefetch()]);
  }

  async #loadTrust(): Promise<void> {
    const sender = this.#sender;
    // A sender's name is easily forged: in Junk nobody is trusted.
    if (sender === null || this.#view?.junk === true) return;
    try {
      this.#imagesAllowed ||= await this.#request('images/trusted', { sender });
    } catch (error) {
      if (!this.#abort.signal.aborted) this.context.log.warn(`trusted senders: ${messageOf(error)}`);
    }
  }

  #showBody(): void {
    if (this.#body === null) return;
    this.#postBody(bodyView(this.#body, this.#htmlLength, this.#imagesAllowed, this.#sender));
  }

  async #loadInline({ html, attachments }: EmailBody): Promise<void> {
    if (html === null || !/\bcid:/i.test(html) || !attachments.some(({ cid }) => cid !== null)) return;
    try {
      this.#inline = await this.#request('attachments/inline', { emailId: this.emailId });
      this.#post({ type: 'inline', emailId: this.emailId, images: this.#inline });
    } catch (error) {
      if (!this.#abort.signal.aborted) this.context.log.warn(`inline images: ${messageOf(error)}`);
    }
  }

  /** The next older body is fetched while this one is read; where it cannot be had, its own opening says so. */
  async #prefetch(): Promise<void> {
    try {
      const { source, anchor } = this.state;
      const next = await this.#request('messages/neighbour', { source, emailId: anchor, direction: 'older' });
      if (next !== null) await this.#request('messages/body', { emailId: next.emailId });
    } catch (error) {
      if (!(error instanceof EngineError)) this.context.log.debug(`prefetch: ${messageOf(error)}`);
    }
  }

  #retryLater(): void {
    this.#retryTimer ??= setTimeout(() => {
      this.#retryTimer = null;
      if (this.#bodyView.state === 'failed') void this.#loadBody();
    }, retryAfter);
  }

  #end(ending: Extract<ToPage, { type: 'gone' | 'failed' }>): void {
    this.#ending = ending;
    this.#post(ending);
  }

  #postBody(body: BodyView): void {
    this.#bodyView = body;
    this.#post({ type: 'body', emailId: this.emailId, body });
  }

  #post(message: ToPage): void {
    if (!this.#abort.signal.aborted) this.events.post(message);
  }

  #request<M extends Parameters<ViewContext['client']['request']>[0]>(method: M, params: Params<M>) {
    return this.context.client.request(method, params, this.#abort.signal);
  }
}

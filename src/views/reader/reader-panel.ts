import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import * as vscode from 'vscode';
import { seen } from '../../model/keywords';
import { interfaceLanguage } from '../format/interface-language';
import { messageOf, showError } from '../show-error';
import type { ShownMessage, ViewContext } from '../view-context';
import { openAttachment, saveAllAttachments, saveAttachment } from './attachment-actions';
import { cleanLine } from './message-view';
import { openLink } from './open-link';
import { OpenMessage } from './open-message';
import { pageHtml } from './page-html';
import { fromPage, type PageMessage, type PanelState } from './protocol';
import { readerStrings } from './strings';

export const readerViewType = 'mailpane.reader';

/** One tab: its webview, and the message that it shows now. */
export class ReaderPanel {
  #state: PanelState;
  #message: OpenMessage;
  #focused = false;
  #seenTimer: NodeJS.Timeout | undefined;
  readonly #disposables: { dispose(): void }[] = [];

  constructor(
    private readonly context: ViewContext,
    private readonly panel: vscode.WebviewPanel,
    state: PanelState,
    events: { onActive(): void; onClosed(): void },
  ) {
    this.#state = state;
    const { extensionUri } = context.extension;
    panel.iconPath = {
      light: vscode.Uri.joinPath(extensionUri, 'media', 'reader-light.svg'),
      dark: vscode.Uri.joinPath(extensionUri, 'media', 'reader-dark.svg'),
    };
    panel.webview.options = webviewOptions(extensionUri);
    this.#disposables.push(
      panel.webview.onDidReceiveMessage((message: unknown) => this.#receive(message)),
      panel.onDidChangeViewState(() => {
        if (panel.active) events.onActive();
        else this.#focused = false;
        this.#message.visibilityChanged();
        if (panel.visible) this.#markSeenSoon();
      }),
      context.client.onChanged((changed) => this.#message.changed(changed)),
      panel.onDidDispose(() => {
        this.release();
        events.onClosed();
      }),
    );
    this.#message = this.#open(state);
    panel.webview.html = this.#html();
  }

  get shown(): ShownMessage {
    const { emailId, threadId, mailboxId, source } = this.#state;
    // Another message of the thread, which lies elsewhere (Sent): it is not taken out of this mailbox.
    const isHere = mailboxId === null || this.#message.mailboxIds?.includes(mailboxId) !== false;
    return { emailId, threadId, mailboxId: isHere ? mailboxId : null, source };
  }

  get state(): PanelState {
    return this.#state;
  }

  get isActive(): boolean {
    return this.panel.active;
  }

  get isVisible(): boolean {
    return this.panel.visible;
  }

  /** Keys go to this page (the active editor keeps no keys while the tree has the focus). */
  get hasFocus(): boolean {
    return this.panel.active && this.#focused;
  }

  /** Shows another message in this tab. */
  show(state: PanelState): void {
    if (state.emailId === this.#state.emailId) {
      this.#state = state;
      this.#message.restate(state);
      return;
    }
    this.#message.dispose();
    this.#state = state;
    this.#message = this.#open(state);
  }

  reveal(preserveFocus: boolean): void {
    this.panel.reveal(undefined, preserveFocus);
  }

  close(): void {
    this.panel.dispose();
  }

  /** Stops all work for the tab, which stays as it is. */
  release(): void {
    clearTimeout(this.#seenTimer);
    this.#message.dispose();
    for (const disposable of this.#disposables.splice(0)) disposable.dispose();
  }

  /** For a message that was opened before a reload: it may be unread because the person wants it so. */
  leaveUnseen(): void {
    this.#message.leaveUnseen();
  }

  #open(state: PanelState): OpenMessage {
    return new OpenMessage(this.context, state, {
      isVisible: () => this.panel.visible,
      post: (message) => void this.panel.webview.postMessage(message),
      onTitle: (subject) => (this.panel.title = cleanLine(subject, 40)),
      onBodyShown: () => this.#markSeenSoon(),
    });
  }

  /** After it was read for a moment; once for each time that it is opened: who marks it unread while reading means it. */
  #markSeenSoon(): void {
    clearTimeout(this.#seenTimer);
    if (this.#message.cameRead()) return;
    const seconds = vscode.workspace.getConfiguration('mailpane').get<number>('markAsSeenAfter', 1);
    if (!(seconds >= 0)) return;
    const message = this.#message;
    this.#seenTimer = setTimeout(
      () => {
        if (message === this.#message && this.panel.visible && message.takeUnseen()) void this.#markSeen();
      },
      Math.min(seconds, 3600) * 1000,
    );
  }

  async #markSeen(): Promise<void> {
    const { emailId, mailboxId } = this.shown;
    const action = { type: 'keyword', keyword: seen, on: true } as const;
    const targets = [{ emailId, mailboxId }];
    try {
      await this.context.client.request('actions/apply', { action, targets, remember: false });
    } catch (error) {
      this.context.log.warn(`marking as read: ${messageOf(error)}`);
    }
  }

  #receive(raw: unknown): void {
    const parsed = v.safeParse(fromPage, raw);
    if (!parsed.success) {
      this.context.log.warn(`the reader's page said what is not understood: ${v.summarize(parsed.issues)}`);
      return;
    }
    this.#handle(parsed.output).catch((error: unknown) => showError(error, this.context.log));
  }

  async #handle(said: PageMessage): Promise<void> {
    const message = this.#message;
    // A click that was on its way while another message took the tab.
    if ('emailId' in said && said.type !== 'jump' && said.emailId !== message.emailId) return;
    switch (said.type) {
      case 'ready':
        message.replay();
        return;
      case 'focus':
        this.#focused = said.focused;
        return;
      case 'command':
        this.#focused = true;
        await vscode.commands.executeCommand(`mailpane.${said.command}`, { from: 'reader' });
        return;
      case 'jump':
        this.show({ ...this.#state, emailId: said.emailId });
        return;
      case 'retry':
        return message.retry();
      case 'retryChange':
        return message.resolveRefused('outbox/retry', said.changeId);
      case 'discardChange':
        return message.resolveRefused('outbox/discard', said.changeId);
      case 'showFullHtml':
        message.showFullHtml();
        return;
      case 'openLink':
        return openLink(said.href, said.text);
      case 'loadImages':
        return message.loadImages(said.urls);
      case 'trustSender':
        return message.trustSender();
      case 'showDetails':
        this.context.log.error(said.details);
        this.context.log.show();
        return;
      case 'saveAllAttachments':
        return saveAllAttachments(this.context.client, said.emailId, message.attachments);
      case 'saveAttachment':
      case 'openAttachment':
        return this.#withAttachment(said);
    }
  }

  async #withAttachment(said: Extract<PageMessage, { partId: string }>): Promise<void> {
    const { client, extension } = this.context;
    const attachment = this.#message.attachments.find(({ partId }) => partId === said.partId);
    if (attachment === undefined) return;
    if (said.type === 'saveAttachment') await saveAttachment(client, said.emailId, attachment);
    else await openAttachment(client, extension, said.emailId, attachment);
  }

  #html(): string {
    const { webview } = this.panel;
    const asset = (name: string) =>
      webview.asWebviewUri(vscode.Uri.joinPath(this.context.extension.extensionUri, 'dist', name)).toString();
    return pageHtml(
      {
        language: vscode.env.language,
        locale: interfaceLanguage().locale,
        strings: readerStrings(vscode.l10n),
      },
      {
        cspSource: webview.cspSource,
        script: asset('reader.js'),
        styles: [asset('codicon.css'), asset('reader.css')],
        nonce: randomBytes(16).toString('hex'),
      },
    );
  }
}

export function webviewOptions(extensionUri: vscode.Uri): vscode.WebviewOptions {
  return {
    enableScripts: true,
    enableForms: false,
    enableCommandUris: false,
    localResourceRoots: [vscode.Uri.joinPath(extensionUri, 'dist')],
  };
}

import * as v from 'valibot';
import * as vscode from 'vscode';
import type { ActionTarget } from '../../model/action';
import type { MessageRow } from '../../model/email';
import type { Reader, ShownMessage, ViewContext } from '../view-context';
import { sweepOpened } from './attachment-actions';
import { messageOf } from '../show-error';
import { panelState, type PanelState } from './protocol';
import { ReaderPanel, readerViewType, webviewOptions } from './reader-panel';

type Direction = 'older' | 'newer';
type OpenOptions = Parameters<Reader['open']>[1];

export function createReader(context: ViewContext): Reader {
  return new ReaderPanels(context);
}

/** The reader's tabs: one that is used again for each message (the preview), and any number that were kept. */
class ReaderPanels extends vscode.Disposable implements Reader {
  /** In the order in which they were active, the last one last. */
  readonly #panels: ReaderPanel[] = [];

  constructor(private readonly context: ViewContext) {
    const serializer = vscode.window.registerWebviewPanelSerializer(readerViewType, {
      deserializeWebviewPanel: (panel: vscode.WebviewPanel, saved: unknown) => {
        this.#bringBack(panel, saved);
        return Promise.resolve();
      },
    });
    super(() => {
      serializer.dispose();
      // Released, not closed: VS Code disposes extensions while a window reloads, and a closed tab would not come back.
      for (const panel of this.#panels) panel.release();
    });
    sweepOpened(context.extension, Date.now()).catch((error: unknown) =>
      context.log.warn(`opened attachments: ${messageOf(error)}`),
    );
  }

  get current(): ShownMessage | null {
    return this.#current?.shown ?? null;
  }

  get hasFocus(): boolean {
    return this.#panels.some(({ hasFocus }) => hasFocus);
  }

  open(message: ShownMessage, { pinned, preserveFocus }: OpenOptions): Promise<void> {
    const preview = this.#preview;
    const state: PanelState = { ...message, anchor: message.emailId, pinned };
    const showing = this.#panels.find((panel) => panel.state.emailId === message.emailId);
    if (showing !== undefined) {
      showing.show({ ...state, pinned: pinned || showing.state.pinned });
      showing.reveal(preserveFocus);
    } else if (pinned || preview === undefined) {
      this.#create(state, preserveFocus);
    } else {
      preview.show(state);
      preview.reveal(preserveFocus);
    }
    return Promise.resolve();
  }

  async step(direction: Direction): Promise<boolean> {
    const panel = this.#current;
    if (panel === null) return false;
    const row = await this.#neighbour(panel, direction, () => false);
    if (row === null || !this.#panels.includes(panel)) return false;
    showRow(panel, row);
    return true;
  }

  async leave(targets: readonly ActionTarget[]): Promise<void> {
    const leaving = this.#panels.filter(({ shown }) => targets.some((target) => concerns(target, shown)));
    await Promise.all(leaving.map((panel) => this.#goOn(panel, targets)));
  }

  get #current(): ReaderPanel | null {
    const active = this.#panels.find(({ isActive }) => isActive);
    return active ?? this.#panels.findLast(({ isVisible }) => isVisible) ?? null;
  }

  get #preview(): ReaderPanel | undefined {
    return this.#panels.find(({ state }) => !state.pinned);
  }

  #create(state: PanelState, preserveFocus: boolean): void {
    const panel = vscode.window.createWebviewPanel(
      readerViewType,
      vscode.l10n.t('Mail'),
      { viewColumn: vscode.ViewColumn.Active, preserveFocus },
      // Not kept while hidden: the page is told everything again from memory in one go, and twenty hidden mails cost nothing.
      {
        ...webviewOptions(this.context.extension.extensionUri),
        enableFindWidget: true,
        retainContextWhenHidden: false,
      },
    );
    this.#add(panel, state);
  }

  #bringBack(panel: vscode.WebviewPanel, saved: unknown): void {
    const parsed = v.safeParse(panelState, saved);
    if (!parsed.success) {
      this.context.log.warn(`a reader panel could not be brought back: ${v.summarize(parsed.issues)}`);
      panel.dispose();
      return;
    }
    // There is one preview: of two that come back, the second is kept.
    this.#add(panel, { ...parsed.output, pinned: parsed.output.pinned || this.#preview !== undefined }).leaveUnseen();
  }

  #add(webviewPanel: vscode.WebviewPanel, state: PanelState): ReaderPanel {
    const panel: ReaderPanel = new ReaderPanel(this.context, webviewPanel, state, {
      onActive: () => {
        this.#remove(panel);
        this.#panels.push(panel);
      },
      onClosed: () => this.#remove(panel),
    });
    this.#panels.push(panel);
    return panel;
  }

  #remove(panel: ReaderPanel): void {
    const at = this.#panels.indexOf(panel);
    if (at !== -1) this.#panels.splice(at, 1);
  }

  /** The message is about to leave the list: on to the next older one that stays, else a newer one, else the tab goes. */
  async #goOn(panel: ReaderPanel, targets: readonly ActionTarget[]): Promise<void> {
    const before = panel.state.emailId;
    const isLeaving = (row: MessageRow) => targets.some((target) => concerns(target, row));
    const next =
      (await this.#neighbour(panel, 'older', isLeaving)) ?? (await this.#neighbour(panel, 'newer', isLeaving));
    // The person may have gone on, or closed the tab, in the meantime.
    if (!this.#panels.includes(panel) || panel.state.emailId !== before) return;
    if (next === null) panel.close();
    else showRow(panel, next);
  }

  /** Walks along the list from where the panel stands to the first row of another thread that is not skipped. */
  async #neighbour(
    panel: ReaderPanel,
    direction: Direction,
    isSkipped: (row: MessageRow) => boolean,
  ): Promise<MessageRow | null> {
    const { source, threadId, anchor } = panel.state;
    const passed = new Set([anchor]);
    for (let emailId = anchor; ;) {
      const row = await this.context.client.request('messages/neighbour', { source, emailId, direction });
      if (row === null || (row.threadId !== threadId && !isSkipped(row))) return row;
      // The list changes under the walk: it never goes in a circle.
      if (passed.has(row.emailId)) return null;
      passed.add(row.emailId);
      emailId = row.emailId;
    }
  }
}

function showRow(panel: ReaderPanel, { emailId, threadId, mailboxId }: MessageRow): void {
  panel.show({ ...panel.state, emailId, threadId, mailboxId, anchor: emailId });
}

/** Whether an action on `target` takes this message out of the list in which it stands. */
function concerns(target: ActionTarget, shown: Pick<ShownMessage, 'emailId' | 'threadId' | 'mailboxId'>): boolean {
  if ('emailId' in target) return target.emailId === shown.emailId;
  return target.threadId === shown.threadId && (shown.mailboxId === null || target.mailboxId === shown.mailboxId);
}

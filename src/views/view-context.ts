import type * as vscode from 'vscode';
import type { MessageSource } from '../engine/api';
import type { MailClient } from '../engine/client';
import type { ActionTarget } from '../model/action';
import type { EmailId, MailboxId, ThreadId } from '../model/ids';

/** What every view is given by `activate()`. */
export interface ViewContext {
  readonly client: MailClient;
  readonly extension: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
}

/** A message that a view shows or that is chosen in it. */
export interface ShownMessage {
  readonly emailId: EmailId;
  readonly threadId: ThreadId;
  readonly mailboxId: MailboxId | null;
  /** The list that it was opened from: next and previous walk along it. */
  readonly source: MessageSource;
}

/** The reader panels, as other views use them. */
export interface Reader extends vscode.Disposable {
  /** Opens in the one preview tab, or in a tab of its own where `pinned`. */
  open(message: ShownMessage, options: { readonly pinned: boolean; readonly preserveFocus: boolean }): Promise<void>;
  /** The message of the panel that has the focus (or had it last and is visible); null where none is open. */
  readonly current: ShownMessage | null;
  readonly hasFocus: boolean;
  /** Shows the next or previous message of the list in the panel of `current`; false at the list's end. */
  step(direction: 'older' | 'newer'): Promise<boolean>;
  /** Called before messages leave the list by an action: a panel that shows one of them goes on to the next older one, or closes. */
  leave(targets: readonly ActionTarget[]): Promise<void>;
}

/** The message list, as other views use it. */
export interface MessageList {
  readonly source: MessageSource | null;
  show(source: MessageSource): Promise<void>;
}

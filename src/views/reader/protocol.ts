/** What the reader's host side and its page say to each other. What the page says is parsed: hostile HTML lies in it. */
import * as v from 'valibot';
import type { ChangeId, EmailId, MailboxId, ThreadId } from '../../model/ids';
import type { PendingState } from '../../model/email';

// ---- from the host to the page

/** Kept by VS Code for the panel, to bring it back after a reload of the window. */
export type PanelState = v.InferOutput<typeof panelState>;

export interface PersonView {
  /** Null where the mail gives none, or only the address again. */
  readonly name: string | null;
  readonly address: string;
  /** The name reads like another address than the one it stands before. */
  readonly misleading: boolean;
  /** The address's domain as people read it, where it is an international one. */
  readonly unicodeDomain: string | null;
}

export interface ThreadEntry {
  readonly emailId: number;
  readonly from: string;
  readonly preview: string;
  readonly receivedAt: number;
  readonly unread: boolean;
  readonly flagged: boolean;
  readonly hasAttachment: boolean;
  readonly pending: PendingState;
}

export interface MessageView {
  readonly emailId: number;
  readonly subject: string;
  readonly from: readonly PersonView[];
  /** Only where it is not the author. */
  readonly sender: readonly PersonView[];
  readonly replyTo: readonly PersonView[];
  readonly to: readonly PersonView[];
  readonly cc: readonly PersonView[];
  readonly bcc: readonly PersonView[];
  /** ms since 1970. */
  readonly sentAt: number | null;
  readonly receivedAt: number;
  /** Octets. */
  readonly size: number;
  readonly mailboxes: readonly { readonly name: string; readonly icon: string }[];
  /** Keywords that are not the product's own, as the server has them. */
  readonly labels: readonly string[];
  readonly unread: boolean;
  readonly flagged: boolean;
  readonly answered: boolean;
  readonly forwarded: boolean;
  readonly draft: boolean;
  readonly junk: boolean;
  readonly pending: PendingState;
  /** What the server refused: the change, and why. */
  readonly refused: readonly { readonly changeId: number; readonly what: string; readonly why: string }[];
  /** Oldest first, this message among them; empty where it is alone. */
  readonly thread: readonly ThreadEntry[];
}

export interface AttachmentView {
  readonly partId: string;
  /** Safe to show and to save under. */
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly icon: string;
  /** VS Code can show it without running anything. */
  readonly canOpen: boolean;
  /** A program or a script: said beside the name. */
  readonly risky: boolean;
}

export interface FailureView {
  readonly message: string;
  readonly details: string;
  readonly offline: boolean;
}

export type BodyView =
  | { readonly state: 'loading' }
  | ({ readonly state: 'failed' } & FailureView)
  | {
      readonly state: 'ready';
      readonly text: string | null;
      readonly html: string | null;
      /** HTML that is too long for the page was left out; `html` is its beginning. */
      readonly htmlCut: boolean;
      readonly truncated: boolean;
      readonly attachments: readonly AttachmentView[];
      /** `cid:` images are asked for and will follow. */
      readonly hasInline: boolean;
      /** The person trusts this sender's images, or loaded them for this message. */
      readonly imagesAllowed: boolean;
      /** Null where the mail has no address to trust. */
      readonly trustableSender: string | null;
    };

export type ToPage =
  /** Another message: everything before is forgotten. */
  | { readonly type: 'show'; readonly state: PanelState }
  | { readonly type: 'message'; readonly message: MessageView }
  | { readonly type: 'body'; readonly emailId: number; readonly body: BodyView }
  | { readonly type: 'inline'; readonly emailId: number; readonly images: Readonly<Record<string, string>> }
  | {
      readonly type: 'images';
      readonly emailId: number;
      readonly images: readonly { readonly url: string; readonly data: string | null }[];
    }
  | { readonly type: 'gone' }
  | ({ readonly type: 'failed' } & FailureView);

// ---- from the page to the host

const key = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const branded = <T extends number>() =>
  v.pipe(
    key,
    v.transform((id) => id as T),
  );
const emailId = branded<EmailId>();
const changeId = branded<ChangeId>();
const text = (length: number) => v.pipe(v.string(), v.maxLength(length));

export const panelState = v.object({
  emailId,
  threadId: branded<ThreadId>(),
  mailboxId: v.nullable(branded<MailboxId>()),
  source: v.union([v.object({ mailboxId: branded<MailboxId>() }), v.literal('inboxes')]),
  /** Where the walk along the list stands: the row that was opened, also when another message of its thread is shown. */
  anchor: emailId,
  pinned: v.boolean(),
});

/** Commands of the product that the page may ask for; they act on the reader's current message. */
export const readerCommands = [
  'archive',
  'delete',
  'junk',
  'notJunk',
  'moveTo',
  'toggleRead',
  'toggleFlag',
  'next',
  'previous',
] as const;
export type ReaderCommand = (typeof readerCommands)[number];

export const fromPage = v.variant('type', [
  v.object({ type: v.literal('ready') }),
  v.object({ type: v.literal('focus'), focused: v.boolean() }),
  v.object({ type: v.literal('command'), command: v.picklist(readerCommands) }),
  v.object({ type: v.literal('jump'), emailId }),
  v.object({ type: v.literal('retry') }),
  v.object({ type: v.literal('retryChange'), emailId, changeId }),
  v.object({ type: v.literal('discardChange'), emailId, changeId }),
  v.object({ type: v.literal('showFullHtml'), emailId }),
  v.object({ type: v.literal('openLink'), href: text(8192), text: text(500) }),
  v.object({ type: v.literal('loadImages'), emailId, urls: v.pipe(v.array(text(4096)), v.maxLength(200)) }),
  v.object({ type: v.literal('trustSender'), emailId }),
  v.object({ type: v.literal('saveAttachment'), emailId, partId: text(1000) }),
  v.object({ type: v.literal('openAttachment'), emailId, partId: text(1000) }),
  v.object({ type: v.literal('saveAllAttachments'), emailId }),
  v.object({ type: v.literal('showDetails'), details: text(20_000) }),
]);
export type FromPage = v.InferInput<typeof fromPage>;
/** After parsing. */
export type PageMessage = v.InferOutput<typeof fromPage>;

/**
 * Keys of this database (S3): a server's ids are attributes of a row, never its key, so a move or a rebuilt mailbox
 * rewrites no body, thread or queue row. Branded, so one kind is not taken for another.
 */
declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

export type AccountId = Branded<string, 'AccountId'>;
export type MailboxId = Branded<number, 'MailboxId'>;
export type EmailId = Branded<number, 'EmailId'>;
export type ThreadId = Branded<number, 'ThreadId'>;
/** A row of `pending_changes`. */
export type ChangeId = Branded<number, 'ChangeId'>;

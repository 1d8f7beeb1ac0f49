import { isPlace, mailboxAspect, mailboxOf } from './aspects';

/** Of IMAP mailboxes, whose id is their path: what was renamed, in order. */
export class MailboxNames {
  private readonly renames: { readonly from: string; readonly to: string }[] = [];
  /** How many of them were known to the client when all was quiet. */
  private known = 0;

  settled(): void {
    this.known = this.renames.length;
  }

  renamed(from: string, to: string): void {
    this.renames.push({ from, to });
  }

  /** An aspect by the name that its mailbox has now. */
  current(aspect: string): string {
    return isPlace(aspect) ? mailboxAspect(this.now(mailboxOf(aspect))) : aspect;
  }

  /** A mailbox by its name now. */
  now(id: string): string {
    return this.renames.reduce((path, { from, to }) => (isIn(path, from) ? to + path.slice(from.length) : path), id);
  }

  /** Renamed since all was quiet, or below one that was; by its name now. */
  isNew(id: string): boolean {
    return this.renames.slice(this.known).some(({ to }) => isIn(id, this.now(to)));
  }

  /** The same by a name that it was given then. */
  wasGiven(id: string): boolean {
    return this.renames.slice(this.known).some(({ to }) => isIn(id, to));
  }
}

/** The mailbox itself, or one below it. */
export const isIn = (id: string, parent: string): boolean => id === parent || id.startsWith(`${parent}/`);

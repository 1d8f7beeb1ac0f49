import * as v from 'valibot';
import type { ActionTarget } from '../../model/action';
import type { EmailId, MailboxId, ThreadId } from '../../model/ids';

/** The type that VS Code gives to what is dragged from the tree `mailpane.messages`. */
export const messagesMimeType = 'application/vnd.code.tree.mailpane.messages';

const key = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const dragged = v.pipe(
  v.string(),
  v.parseJson(),
  v.array(
    v.union([v.object({ emailId: key, mailboxId: v.nullable(key) }), v.object({ threadId: key, mailboxId: key })]),
  ),
);

/** As text: between two trees VS Code carries nothing else. */
export function serialiseTargets(targets: readonly ActionTarget[]): string {
  return JSON.stringify(targets);
}

/** What was dropped; nothing where it is not ours, for it may come from another window or program. */
export function parseTargets(text: string): ActionTarget[] {
  const parsed = v.safeParse(dragged, text);
  if (!parsed.success) return [];
  return parsed.output.map((target) =>
    'threadId' in target
      ? { threadId: target.threadId as ThreadId, mailboxId: target.mailboxId as MailboxId }
      : { emailId: target.emailId as EmailId, mailboxId: target.mailboxId as MailboxId | null },
  );
}

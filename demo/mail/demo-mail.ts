import { clockFrom } from './clock';
import type { DemoMessage } from './conversation';
import { listMail } from './list-mail';
import { machineMail } from './machine-mail';
import { otherMail } from './other-mail';
import { patchMail } from './patch-mail';
import { privateMail } from './private-mail';
import { projectMail } from './project-mail';
import { richMail } from './rich-mail';
import { teamMail } from './team-mail';

export type DemoMail = {
  /** Paths of the mailboxes beside those that every account has. */
  mailboxes: string[];
  /** Oldest first. */
  messages: DemoMessage[];
};

/** The mail of a developer's last weeks, seen from `now`. */
export function demoMail(now = new Date()): DemoMail {
  const clock = clockFrom(now);
  const messages = [
    ...teamMail(clock),
    ...projectMail(clock),
    ...listMail(clock),
    ...patchMail(clock),
    ...machineMail(clock),
    ...richMail(clock),
    ...privateMail(clock),
    ...otherMail(clock),
  ].filter((message) => message.receivedAt <= now);
  return {
    mailboxes: ['Lists/teapot-devel', 'Lists/Newsletters', 'Projects/Reload', 'Projects/Website', 'Projects/CI'],
    messages: messages.sort((a, b) => a.receivedAt.getTime() - b.receivedAt.getTime()),
  };
}

import {
  addMessage,
  type Script,
  type ScriptedImap,
  type ScriptedMailbox,
  type ScriptedMessage,
} from './scripted-imap';

/** What Gmail announces after the login, as far as it concerns a client. */
export const gmailCapabilities =
  'IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 UIDPLUS ENABLE MOVE CONDSTORE ESEARCH ' +
  'LIST-EXTENDED LIST-STATUS LITERAL- SPECIAL-USE';

/** Gmail's own mailboxes in German, as modified UTF-7. */
export const gmailNames = {
  all: '[Gmail]/Alle Nachrichten',
  trash: '[Gmail]/Papierkorb',
  drafts: '[Gmail]/Entw&APw-rfe',
  sent: '[Gmail]/Gesendet',
  junk: '[Gmail]/Spam',
  flagged: '[Gmail]/Markiert',
  important: '[Gmail]/Wichtig',
} as const;

const special: readonly (readonly [string, string])[] = [
  ['INBOX', '\\HasNoChildren'],
  ['[Gmail]', '\\HasChildren \\Noselect'],
  [gmailNames.all, '\\All \\HasNoChildren'],
  [gmailNames.trash, '\\HasNoChildren \\Trash'],
  [gmailNames.drafts, '\\Drafts \\HasNoChildren'],
  [gmailNames.sent, '\\HasNoChildren \\Sent'],
  [gmailNames.junk, '\\HasNoChildren \\Junk'],
  [gmailNames.flagged, '\\Flagged \\HasNoChildren'],
  [gmailNames.important, '\\HasNoChildren \\Important'],
];

/** Makes a scripted server behave as Gmail does: a label is a mailbox, and All Mail holds every message. */
export function becomeGmail(server: ScriptedImap): {
  deliver(id: string, labels: readonly string[], raw: string, thread?: string): void;
  readonly script: Script;
} {
  server.mailboxes.clear();
  for (const [path, attributes] of special) addLabel(server, path, attributes);
  const box = (path: string): ScriptedMailbox =>
    server.mailboxes.get(path) ?? addLabel(server, path, '\\HasNoChildren');
  const idOf = ({ more = '' }: ScriptedMessage): string => /X-GM-MSGID (\d+)/.exec(more)?.[1] ?? '';

  /** The flags of a message are the same in all its mailboxes; out of Trash, it is in no other. */
  const settle = (): void => {
    const trashed = new Set(box(gmailNames.trash).messages.map(idOf));
    for (const [path, one] of server.mailboxes) {
      if (path === gmailNames.trash) continue;
      const kept = one.messages.filter((message) => !trashed.has(idOf(message)));
      if (kept.length < one.messages.length) one.highestModSeq += 1;
      one.messages = kept;
    }
    const newest = new Map<string, ScriptedMessage & { readonly at: ScriptedMailbox }>();
    for (const one of server.mailboxes.values()) {
      const ids = new Map<string, ScriptedMessage>();
      // A label is there or not: what is put into a mailbox that has it already stays once.
      one.messages = one.messages.filter((message) => !ids.has(idOf(message)) && ids.set(idOf(message), message));
      for (const message of one.messages) {
        const known = newest.get(idOf(message));
        if (known === undefined || message.modSeq > known.modSeq) newest.set(idOf(message), { ...message, at: one });
      }
    }
    for (const one of server.mailboxes.values()) {
      for (const message of one.messages) {
        const { flags = [] } = newest.get(idOf(message)) ?? {};
        const same = flags.filter((flag) => flag !== '\\Deleted');
        if (
          [...same].sort().join() ===
          message.flags
            .filter((flag) => flag !== '\\Deleted')
            .sort()
            .join()
        )
          continue;
        message.flags = same;
        message.modSeq = one.highestModSeq += 1;
      }
    }
    count();
  };

  /** Mod-sequences are counted for the account. */
  const count = (): void => {
    const highest = Math.max(...[...server.mailboxes.values()].map(({ highestModSeq }) => highestModSeq));
    for (const one of server.mailboxes.values()) one.highestModSeq = highest;
  };

  return {
    deliver(id, labels, raw, thread = id) {
      const more = `X-GM-MSGID ${id} X-GM-THRID ${thread}`;
      for (const path of [...labels, gmailNames.all]) addMessage(box(path), raw, { more });
      count();
    },
    script(command, _socket, usual) {
      const { name, args, tag } = command;
      if (name === 'UID EXPUNGE') restoreAllMail();
      if (/^UID (MOVE|COPY|STORE|EXPUNGE)$/.test(name)) settle();
      // Into All Mail: it is there already, under the number that it has.
      if (name === 'UID MOVE' && args.includes(gmailNames.all)) return `${tag} OK done\r\n`;
      if (name === 'UID SEARCH')
        return usual.replace(/SEARCH( [\d ]+)?\r\n/, (_whole, list?: string) => esearch(tag, list));
      return undefined;
    },
  };

  /** What is expunged from All Mail stays in it. */
  function restoreAllMail(): void {
    const all = box(gmailNames.all);
    const here = new Set(all.messages.map(idOf));
    for (const [path, one] of server.mailboxes) {
      if (path === gmailNames.trash || path === gmailNames.junk) continue;
      for (const message of one.messages) if (!here.has(idOf(message))) addMessage(all, message.raw, { ...message });
    }
  }
}

const esearch = (tag: string, list?: string): string =>
  `ESEARCH (TAG "${tag}") UID${list === undefined ? '' : ` ALL ${list.trim().replaceAll(' ', ',')}`}\r\n`;

function addLabel(server: ScriptedImap, path: string, attributes: string): ScriptedMailbox {
  const box: ScriptedMailbox = { uidValidity: 7, uidNext: 1, highestModSeq: 10, messages: [], attributes };
  server.mailboxes.set(path, box);
  return box;
}

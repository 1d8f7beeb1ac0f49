import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

/** A message of a scripted mailbox. */
export interface ScriptedMessage {
  readonly uid: number;
  flags: string[];
  modSeq: number;
  /** Octets with CRLF. */
  readonly raw: string;
  /** As INTERNALDATE is sent, quotes included. */
  readonly internalDate?: string;
  /** As BODYSTRUCTURE is sent; else that of one plain text. */
  readonly structure?: string;
  /** Items of the server's own making, as FETCH sends them: `X-GM-MSGID 12`. */
  readonly more?: string;
}

export interface ScriptedMailbox {
  uidValidity: number;
  uidNext: number;
  highestModSeq: number;
  messages: ScriptedMessage[];
  /** Of LIST, in one string. */
  readonly attributes?: string;
}

export interface Command {
  readonly tag: string;
  /** In upper case, `UID FETCH` as one name. */
  readonly name: string;
  readonly args: string;
  /** Counts the connections from 1. */
  readonly connection: number;
}

/**
 * What a script answers instead of the server: whole octets, tagged line included, or what is done with the socket.
 * Undefined: the server answers as it should.
 */
export type Script = (
  command: Command,
  socket: Socket,
  /** The answer that the server would give. */
  usual: string,
) => string | undefined | Promise<string | undefined>;

/** A small IMAP server that answers well, until a script tells it not to: for what real ones don't do on cue. */
export interface ScriptedImap {
  readonly port: number;
  /** Of LIST, as it is sent. */
  separator: string;
  readonly mailboxes: Map<string, ScriptedMailbox>;
  /** Every command that came, without its tag; any other line as it is. */
  readonly log: string[];
  /** Connections open now, the most at a time, and all that there were. */
  readonly connections: { open: number; most: number; count: number };
  script: Script;
  /** Numbers of connections over which nothing goes any more, and nobody was told. */
  readonly dead: Set<number>;
  stop(): Promise<void>;
}

export const basicCapabilities = 'IMAP4rev1 ENABLE UIDPLUS MOVE UNSELECT SPECIAL-USE LIST-EXTENDED LIST-STATUS IDLE';

export async function startScriptedImap(capabilities: string): Promise<ScriptedImap> {
  const mailboxes = new Map<string, ScriptedMailbox>();
  const sockets = new Set<Socket>();
  const self = {
    separator: '"/"',
    mailboxes,
    log: [] as string[],
    connections: { open: 0, most: 0, count: 0 },
    script: (() => undefined) as Script,
    dead: new Set<number>(),
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    self.connections.count += 1;
    self.connections.open += 1;
    // One that was hung up just before is heard of just after: so not before the events of this turn are through.
    setTimeout(() => (self.connections.most = Math.max(self.connections.most, self.connections.open)), 20);
    const closed = (): void => {
      if (sockets.delete(socket)) self.connections.open -= 1;
    };
    socket.on('end', closed).on('close', closed);
    socket.on('error', () => undefined);
    serve(socket, self.connections.count, capabilities, self).catch(() => socket.destroy()); // the client hung up
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(self, {
    port: (server.address() as AddressInfo).port,
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  });
}

type Self = Pick<ScriptedImap, 'mailboxes' | 'log' | 'script' | 'separator' | 'dead'>;

/** Puts a message into a mailbox under the next number. */
export function addMessage(box: ScriptedMailbox, raw: string, more: Partial<ScriptedMessage> = {}): ScriptedMessage {
  box.highestModSeq += 1;
  const message = { flags: [], modSeq: box.highestModSeq, raw, ...more, uid: box.uidNext };
  box.uidNext += 1;
  box.messages.push(message);
  return message;
}

async function serve(socket: Socket, connection: number, capabilities: string, self: Self): Promise<void> {
  const session = { selected: '' };
  let idleTag: string | null = null;
  socket.write('* OK scripted\r\n');
  let pending = '';
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    if (self.dead.has(connection)) continue;
    pending += chunk.toString('latin1');
    for (let end = pending.indexOf('\r\n'); end >= 0; end = pending.indexOf('\r\n')) {
      const line = pending.slice(0, end);
      pending = pending.slice(end + 2);
      if (idleTag !== null && line === 'DONE') {
        socket.write(`${idleTag} OK done\r\n`);
        idleTag = null;
        continue;
      }
      const [, tag = '', name = '', args = ''] = /^(\S+) ((?:UID )?\S+) ?(.*)$/i.exec(line) ?? [];
      const command: Command = { tag, name: name.toUpperCase(), args, connection };
      self.log.push(name === '' ? line : `${command.name} ${args}`.trim());
      const usual = command.name === 'IDLE' ? '+ idling\r\n' : answer(command, capabilities, self, session);
      const scripted = await self.script(command, socket, usual);
      if (socket.destroyed) return;
      const given = scripted ?? usual;
      if (command.name === 'IDLE' && given.startsWith('+')) idleTag = tag;
      socket.write(given, 'latin1');
      if (command.name === 'LOGOUT') socket.end();
    }
  }
}

/** The right answer, tagged line included. */
function answer(
  { tag, name, args }: Command,
  capabilities: string,
  { mailboxes, separator }: Self,
  session: { selected: string },
): string {
  const ok = (lines: readonly string[] = [], code = ''): string =>
    [...lines.map((line) => `* ${line}`), `${tag} OK ${code}done`, ''].join('\r\n');
  const box = mailboxes.get(session.selected);
  switch (name) {
    case 'CAPABILITY':
      return ok([`CAPABILITY ${capabilities}`]);
    case 'NAMESPACE':
      return ok(['NAMESPACE (("" "/")) NIL NIL']);
    case 'ENABLE':
      return ok([`ENABLED ${args}`]);
    case 'LIST':
      return ok([...mailboxes].flatMap(([path, one]) => listLines(path, one, separator, args)));
    case 'STATUS': {
      const path = pathOf(args);
      const one = mailboxes.get(path);
      return one === undefined ? `${tag} NO [NONEXISTENT] no such mailbox\r\n` : ok([statusLine(path, one)]);
    }
    case 'SELECT': {
      session.selected = pathOf(args);
      const one = mailboxes.get(session.selected);
      return one === undefined ? `${tag} NO no such mailbox\r\n` : ok(selectLines(one, args), '[READ-WRITE] ');
    }
    case 'UID FETCH':
    case 'FETCH':
      return ok(box === undefined ? [] : fetchLines(box, name === 'UID FETCH', args));
    case 'UID SEARCH':
      return ok([`SEARCH ${searchIn(box?.messages ?? [], args).join(' ')}`.trim()]);
    case 'UID STORE': {
      const [, set = '', sign = '', flags = ''] = /^(\S+) ([+-])FLAGS\S* \(([^)]*)\)/.exec(args) ?? [];
      for (const message of pick(box?.messages ?? [], set, true)) {
        const kept = message.flags.filter((flag) => !flags.split(' ').includes(flag));
        message.flags = sign === '+' ? [...kept, ...flags.split(' ')] : kept;
        if (box !== undefined) message.modSeq = box.highestModSeq += 1;
      }
      return ok();
    }
    case 'UID COPY':
    case 'UID MOVE': {
      const [, set = '', path = ''] = /^(\S+) "?([^"]+)"?$/.exec(args) ?? [];
      const destination = mailboxes.get(path);
      if (box === undefined || destination === undefined) return `${tag} NO [TRYCREATE] no such mailbox\r\n`;
      const taken = pick(box.messages, set, true);
      if (taken.length === 0) return ok();
      const copies = taken.map((message) => addMessage(destination, message.raw, { ...message }));
      const numbers = (list: readonly ScriptedMessage[]): string => list.map(({ uid }) => uid).join(',');
      const code = capabilities.includes('UIDPLUS')
        ? `[COPYUID ${destination.uidValidity} ${numbers(taken)} ${numbers(copies)}] `
        : '';
      if (name === 'UID COPY') return ok([], code);
      box.messages = box.messages.filter((message) => !taken.includes(message));
      box.highestModSeq += 1;
      return ok([`OK ${code}moved`]);
    }
    case 'UID EXPUNGE':
    case 'EXPUNGE': {
      const among = name === 'EXPUNGE' ? '1:*' : args;
      const gone = new Set(pick(box?.messages ?? [], among, true).filter((one) => one.flags.includes('\\Deleted')));
      if (box === undefined) return ok();
      box.messages = box.messages.filter((message) => !gone.has(message));
      box.highestModSeq += gone.size;
      return ok();
    }
    default:
      return ok();
  }
}

function listLines(path: string, box: ScriptedMailbox, separator: string, args: string): string[] {
  const [, wanted = '*'] = /^"" "([^"]*)"/.exec(args) ?? [];
  if (wanted !== '*' && wanted !== path) return [];
  const line = `LIST (${box.attributes ?? ''}) ${separator} "${path}"`;
  const hasStatus = args.includes('STATUS') && !box.attributes?.includes('Noselect');
  return hasStatus ? [line, statusLine(path, box)] : [line];
}

function statusLine(path: string, box: ScriptedMailbox): string {
  const unseen = box.messages.filter((message) => !message.flags.includes('\\Seen')).length;
  return (
    `STATUS "${path}" (MESSAGES ${box.messages.length} UIDNEXT ${box.uidNext} UIDVALIDITY ${box.uidValidity} ` +
    `UNSEEN ${unseen} HIGHESTMODSEQ ${box.highestModSeq})`
  );
}

function selectLines(box: ScriptedMailbox, args: string): string[] {
  const since = /QRESYNC \(\d+ (\d+)\)/.exec(args)?.[1];
  const changed = since === undefined ? [] : box.messages.filter((message) => message.modSeq > Number(since));
  return [
    'FLAGS (\\Seen \\Flagged \\Deleted \\Answered \\Draft)',
    'OK [PERMANENTFLAGS (\\Seen \\Flagged \\Deleted \\Answered \\Draft \\*)] ok',
    `${box.messages.length} EXISTS`,
    `OK [UIDVALIDITY ${box.uidValidity}] ok`,
    `OK [UIDNEXT ${box.uidNext}] ok`,
    `OK [HIGHESTMODSEQ ${box.highestModSeq}] ok`,
    ...changed.map((one) => `${box.messages.indexOf(one) + 1} FETCH (UID ${one.uid} FLAGS (${one.flags.join(' ')}))`),
  ];
}

/** Messages of a set by UID or by number. Past the end, `n:*` is the last one, as RFC 9051 says. */
function pick(messages: readonly ScriptedMessage[], set: string, byUid: boolean): ScriptedMessage[] {
  const numbered = messages.map((message, index) => [byUid ? message.uid : index + 1, message] as const);
  const last = numbered.at(-1)?.[0] ?? 0;
  const ranges = set.split(',').map((part) => {
    const [from = 0, to = from] = part.split(':').map((end) => (end === '*' ? last : Number(end)));
    return [Math.min(from, to), Math.max(from, to)] as const;
  });
  return numbered.flatMap(([number, message]) =>
    ranges.some(([from, to]) => number >= from && number <= to) ? [message] : [],
  );
}

function searchIn(messages: readonly ScriptedMessage[], args: string): number[] {
  const set = /UID (\S+)$/.exec(args)?.[1];
  const found = set === undefined ? [...messages] : pick(messages, set, true);
  return found.filter((one) => !args.endsWith('DELETED') || one.flags.includes('\\Deleted')).map((one) => one.uid);
}

function fetchLines(box: ScriptedMailbox, byUid: boolean, args: string): string[] {
  const [set = ''] = args.split(' ', 1);
  const since = Number(/CHANGEDSINCE (\d+)/.exec(args)?.[1] ?? -1);
  return pick(box.messages, set, byUid)
    .filter((message) => message.modSeq > since)
    .map((message) => `${box.messages.indexOf(message) + 1} FETCH (${fetchItems(message, args)})`);
}

/** One message's items, as far as they were asked for. */
function fetchItems(message: ScriptedMessage, args: string): string {
  const header = message.raw.slice(0, message.raw.indexOf('\r\n\r\n') + 4);
  const body = message.raw.slice(header.length);
  const items = [`UID ${message.uid}`];
  if (args.includes('FLAGS')) items.push(`FLAGS (${message.flags.join(' ')})`);
  if (args.includes('INTERNALDATE'))
    items.push(`INTERNALDATE ${message.internalDate ?? '"02-Nov-2026 10:00:00 +0000"'}`);
  if (args.includes('RFC822.SIZE')) items.push(`RFC822.SIZE ${message.raw.length}`);
  if (args.includes('BODYSTRUCTURE')) items.push(`BODYSTRUCTURE ${message.structure ?? plainStructure(body.length)}`);
  if (message.more !== undefined && args.includes('X-GM-')) items.push(message.more);
  if (args.includes('HEADER.FIELDS')) items.push(`BODY[HEADER.FIELDS (SUBJECT)] {${header.length}}\r\n${header}`);
  if (args.includes('PEEK[1]')) items.push(`BODY[1]<0> {${body.length}}\r\n${body}`);
  if (args.includes('PEEK[]')) items.push(`BODY[]<0> {${message.raw.length}}\r\n${message.raw}`);
  return items.join(' ');
}

function plainStructure(size: number): string {
  return `("TEXT" "PLAIN" ("CHARSET" "UTF-8") NIL NIL "7BIT" ${size} 1)`;
}

/** The mailbox that a command names first. */
function pathOf(args: string): string {
  const [, quoted, bare] = /^(?:"([^"]*)"|(\S+))/.exec(args) ?? [];
  return quoted ?? bare ?? '';
}

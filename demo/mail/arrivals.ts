import { single, turnId, type DemoMessage } from './conversation';
import { messageIdOf, type Letter, type Person } from './letter';
import { listHeaders } from './list-mail';
import { pullRequestId } from './machine-mail';
import { ci, devel, forge, hedda, ines, me, mother, mwangi, odd, pager, priya, sam, team, tomek, wren } from './people';

type Arrival = {
  from: Person;
  to?: Person;
  subject: string;
  text: string;
  /** The message id of what it answers: something that the mailbox has. */
  answers?: string;
  headers?: [string, string][];
  mailbox?: string;
};

const RELEASE = 'Release 4.18: what is still missing?';
const CRASH = 'Parser crash in the field 🔥';
const PRINTER = 'The printer has opinions again';
const RELOAD = 'Proposal 0031: reloading by socket';
const EMFILE = '[teapot-devel] Help: accept() returns EMFILE and then my cat';

/** In the order in which they arrive; some answer what is there, some each other. */
const ARRIVALS: Arrival[] = [
  {
    from: tomek,
    to: team,
    answers: turnId(RELEASE, 6),
    subject: RELEASE,
    text: '2 is done: quiet-deprecations is merged. The log of my staging box is now 11 lines, and two of them are jokes.\n\nWhich cake?',
  },
  {
    from: pager,
    subject: '🦉 kettle-eu-1 answers slowly (340 ms)',
    text: 'You are on call, so it is your turn to be awake.\n\nkettle-eu-1 answers in 340 ms, it should be below 200.\n\nAcknowledge: https://pager.example/ack/418\n',
  },
  {
    from: mwangi,
    answers: turnId(CRASH, 2),
    subject: CRASH,
    text: 'I have a test that crashes in 4 of 4 runs. It is pull request 1210. The proxy banner in it is from a real toaster.',
  },
  {
    from: mother,
    answers: turnId(PRINTER, 2),
    subject: PRINTER,
    text: 'Dear Robin,\n\nthe neighbours have brought back 3 cakes. They say that theirs had no plums, as the printer had cut\noff the last line.\n\nIs there a setting for that?\n\nLove, Mum',
  },
  {
    from: wren,
    to: devel,
    headers: listHeaders,
    mailbox: 'Lists/teapot-devel',
    answers: turnId(EMFILE, 1),
    subject: EMFILE,
    text: 'We have done it for years. The only thing to regret is that we never thought of asking a cat.\n\nWren',
  },
  {
    from: ines,
    subject: 'Five minutes about the off-site?',
    text: 'Robin, do you have five minutes after the tag? There is a hut by a lake, and a decision about a sauna.\n\nInes',
  },
  {
    from: odd,
    answers: turnId(CRASH, 2),
    subject: CRASH,
    text: 'Third customer. Same proxy, other toaster. I have asked them all to give their banner a name until the fix is out.',
  },
  {
    from: { ...forge, name: 'priya (Forge)' },
    answers: pullRequestId(1210),
    subject: '[teapotd] Empty continued line must not underflow (#1210)',
    headers: [['List-Id', 'teapotd/teapotd <teapotd.forge.example>']],
    text: '@priya commented on src/header.c:214:\n\nWhat if the length were a length, and not a difference? Then there is nothing to underflow.\n\n-- \nhttps://forge.example/teapotd/pull/1210\n',
  },
  {
    from: sam,
    subject: 'Change of plan: 8 instead of 9',
    text: 'The forecast says thunder at noon. I would like to be at the café by then, telling people about it.\n\nSam',
  },
  {
    from: priya,
    answers: turnId(RELOAD, 10),
    subject: RELOAD,
    text: 'Relative path after chdir works on all three systems. I take kettle number 9 off the stove.',
  },
  {
    from: hedda,
    to: devel,
    headers: listHeaders,
    mailbox: 'Lists/teapot-devel',
    subject: '[teapot-devel] A small thank-you',
    text: 'Since errors name their block, I have not counted a single blank. My screen reader sounds bored.\n\nHedda',
  },
  {
    from: tomek,
    to: team,
    answers: turnId(RELEASE, 6),
    subject: RELEASE,
    text: 'About the cake: carrot, says the vote. It was 3 against 2, with one for "more kettles".',
  },
];

/**
 * The mail that arrives as number `n` (from 0) while the demo runs. No two are the same: behind the last written one,
 * builds report without end.
 */
export function newMailNow(n: number, now = new Date()): DemoMessage {
  const { from, to, subject, text, answers, headers, mailbox } = ARRIVALS[n] ?? buildReport(n);
  const letter: Letter = {
    from,
    to: to === undefined ? [me] : [to],
    ...(to === team ? { cc: [me] } : {}),
    subject: answers === undefined ? subject : `Re: ${subject}`,
    date: now,
    references: answers === undefined ? [] : [answers],
    text,
    ...(headers === undefined ? {} : { headers }),
  };
  const messageId = `${n}.${messageIdOf(letter)}`;
  return single({ ...letter, messageId }, { unread: true, ...(mailbox === undefined ? {} : { mailbox }) });
}

/** Each third build fails: that is what makes it believable. */
function buildReport(n: number): Arrival {
  const number = 5_030 + n;
  const failed = n % 3 === 0;
  const tests = 1_318 + n;
  return {
    from: ci,
    subject: `[teapotd] Build #${number} ${failed ? 'failed' : 'passed'} on main`,
    headers: [
      ['List-Id', 'teapotd builds <teapotd.ci.example>'],
      ['Auto-Submitted', 'auto-generated'],
    ],
    text: failed
      ? `Build #${number} on main failed after ${40 + (n % 50)} s.\n\n  ✗ test/pool/eviction.t: connection ${n} was evicted twice\n\nhttps://ci.example/teapotd/builds/${number}\n`
      : `Build #${number} on main passed: ${tests} tests in ${60 + (n % 30)} s.\n\nhttps://ci.example/teapotd/builds/${number}\n`,
  };
}

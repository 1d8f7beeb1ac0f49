import { minutesAfter, type Clock } from './clock';
import { single, type DemoMessage, type Filing } from './conversation';
import { messageIdOf, type Letter, type Person } from './letter';
import { ci, forge, me, pager } from './people';

/** What machines write to a developer: builds, reviews, alarms. */
export function machineMail(clock: Clock): DemoMessage[] {
  return [...builds(clock), ...pullRequests(clock), ...alarms(clock)];
}

const BRANCHES = ['main', 'quiet-deprecations', 'header-fold', 'reload-socket', 'release/4.18'];
const FAILURES = [
  ['test/chunked/empty-extension.t', 'expected 400, got a very confident 200'],
  ['test/pool/eviction.t', 'connection 17 was evicted twice, which is once too often'],
  ['test/reload/socket-path.t', 'bind: File name too long (104 bytes are allowed, 118 were tried)'],
  ['lint', 'src/header.c:214:9: comparison of integers of different signs'],
  ['test/tls/resume.t', 'timed out after 60 s; the session ticket was not punched'],
] as const;

/** One mail a failed build, and one when it is well again, each pair a thread. */
function builds(clock: Clock): DemoMessage[] {
  return Array.from({ length: 14 }, (_, index) => {
    const number = 4_981 + index * 3;
    const branch = BRANCHES[index % BRANCHES.length] ?? 'main';
    const [job, reason] = FAILURES[index % FAILURES.length] ?? ['lint', 'unknown'];
    const date = clock.at(
      14 - index,
      `${String(9 + (index % 8)).padStart(2, '0')}:${String((index * 17) % 60).padStart(2, '0')}`,
    );
    const failed = build(number, branch, job, reason, date);
    const filing: Filing = { mailbox: index < 9 ? 'Projects/CI' : 'inbox', unread: index > 11 };
    const fixed: Letter = {
      ...failed,
      subject: `Re: ${failed.subject}`,
      date: minutesAfter(date, 41 + index * 3),
      references: [messageIdOf(failed)],
      text: `Build #${number + 1} on ${branch} is green again.\n\nBroken for ${41 + index * 3} minutes. 1,318 tests, 0 failed, 4 skipped.\n`,
      html: buildHtml(number + 1, branch, true, 'All 1,318 tests passed.', []),
    };
    const isFixed = index % 3 !== 2;
    return [single(failed, filing), ...(isFixed ? [single(fixed, { ...filing, unread: false })] : [])];
  }).flat();
}

function build(number: number, branch: string, job: string, reason: string, date: Date): Letter {
  return {
    from: ci,
    to: [me],
    subject: `[teapotd] Build #${number} failed on ${branch}`,
    date,
    headers: [
      ['List-Id', 'teapotd builds <teapotd.ci.example>'],
      ['Auto-Submitted', 'auto-generated'],
      ['X-CI-Build', String(number)],
    ],
    text: `Build #${number} on ${branch} failed.

  ✓ configure     12 s
  ✓ compile    1 m 48 s
  ✗ ${job}

    ${reason}

https://ci.example/teapotd/builds/${number}
`,
    html: buildHtml(number, branch, false, `<b>${job}</b>: ${reason}`, ['configure', 'compile']),
  };
}

function buildHtml(number: number, branch: string, ok: boolean, what: string, passed: string[]): string {
  const colour = ok ? '#1a7f37' : '#b3261e';
  return `<html><body style="font-family: sans-serif; color: #222">
<table width="560" cellpadding="12" style="border: 1px solid #ddd; border-top: 4px solid ${colour}">
<tr><td><b style="color: ${colour}">${ok ? 'Passed' : 'Failed'}</b> &nbsp; Build #${number} on <code>${branch}</code></td></tr>
${passed.map((step) => `<tr><td>✓ ${step}</td></tr>`).join('')}
<tr><td>${what}</td></tr>
<tr><td><a href="https://ci.example/teapotd/builds/${number}">Show the log</a></td></tr>
</table></body></html>`;
}

type Note = { who: string; after: number; text: string; line?: string };
type PullRequest = { number: number; title: string; day: number; time: string; unreadFrom: number; notes: Note[] };

const REQUESTS: PullRequest[] = [
  {
    number: 1204,
    title: 'Ask for A and AAAA at once',
    day: 2,
    time: '10:30',
    unreadFrom: 3,
    notes: [
      {
        who: 'mwangi',
        after: 0,
        text: 'Opened: both questions leave in one go, the first good answer wins. Brings p99.9 from 204 ms to 14 ms.',
      },
      { who: 'priya', after: 44, line: 'src/dns.c:118', text: 'What frees the loser?' },
      {
        who: 'mwangi',
        after: 12,
        line: 'src/dns.c:118',
        text: 'The arena of the connection. I added a comment, as I would have asked as well.',
      },
      { who: 'priya', after: 7, text: 'Approved. 14 ms! I owe DNS an apology. No, wait. It owes us one.' },
      { who: 'tomek', after: 51, text: 'Merged.' },
    ],
  },
  {
    number: 1207,
    title: 'Interned header names',
    day: 1,
    time: '14:05',
    unreadFrom: 2,
    notes: [
      {
        who: 'priya',
        after: 0,
        text: 'Opened: 98 % of all header names are one of 41. Those are now pointers, compared in one instruction.',
      },
      { who: 'odd', after: 66, line: 'src/intern.c:30', text: 'A perfect hash! By hand?' },
      {
        who: 'priya',
        after: 9,
        line: 'src/intern.c:30',
        text: 'By a 30 line script, which is in tools/, and which took me a whole train ride to Bergen.',
      },
      {
        who: 'mwangi',
        after: 90,
        text: 'Measured: 6 % fewer cycles a request, and the binary is 200 bytes smaller. I have no questions.',
      },
      { who: 'ines', after: 25, text: 'Requested a review from Robin.' },
    ],
  },
  {
    number: 1198,
    title: 'Do not swallow tabs in folded headers',
    day: 4,
    time: '11:20',
    unreadFrom: 9,
    notes: [
      { who: 'tomek', after: 0, line: 'src/header.c:209', text: 'This loop could be strspn().' },
      {
        who: 'tomek',
        after: 2,
        line: 'src/header.c:209',
        text: 'Forget it, strspn() stops at NUL, and this one must not. Leaving the comment here for the next who thinks so.',
      },
      { who: 'priya', after: 170, text: 'Approved.' },
    ],
  },
  {
    number: 1189,
    title: 'docs: "Getting started" starts now',
    day: 8,
    time: '18:45',
    unreadFrom: 9,
    notes: [
      {
        who: 'hedda',
        after: 0,
        text: 'Opened: the first page assumed that one has read the third. I have put them in the order of the alphabet of need.',
      },
      {
        who: 'ines',
        after: 600,
        text: 'I followed it with a stopwatch: 4 minutes from nothing to a teapot that answers. Merged.',
      },
    ],
  },
  {
    number: 1210,
    title: 'Empty continued line must not underflow',
    day: 0,
    time: '09:05',
    unreadFrom: 0,
    notes: [
      { who: 'mwangi', after: 0, text: 'Opened: a test that crashes. No fix yet, I wanted to leave the joy to Robin.' },
      { who: 'odd', after: 11, text: 'Label added: customers are waiting. Label added: also us.' },
    ],
  },
];

/** The message id of the first notification of a pull request. */
export function pullRequestId(number: number): string {
  return `teapotd/pull/${number}@forge.example`;
}

/** Notifications of the forge: a thread for each pull request. */
function pullRequests(clock: Clock): DemoMessage[] {
  return REQUESTS.flatMap(({ number, title, day, time, unreadFrom, notes }) => {
    let date = clock.at(day, time);
    const root = pullRequestId(number);
    return notes.map(({ who, after, text, line }, index) => {
      date = minutesAfter(date, after);
      const sender: Person = { name: `${who} (Forge)`, email: forge.email };
      const letter: Letter = {
        from: sender,
        to: [{ name: 'teapotd/teapotd', email: 'teapotd@forge.example' }],
        cc: [me],
        subject: `${index === 0 ? '' : 'Re: '}[teapotd] ${title} (#${number})`,
        date,
        messageId: index === 0 ? root : `teapotd/pull/${number}/note/${index}@forge.example`,
        references: index === 0 ? [] : [root],
        headers: [
          ['List-Id', 'teapotd/teapotd <teapotd.forge.example>'],
          ['List-Unsubscribe', `<https://forge.example/unsubscribe/teapotd/${number}>`],
          ['X-Forge-Reason', index === notes.length - 1 ? 'review_requested' : 'subscribed'],
        ],
        text: `@${who} ${line === undefined ? 'wrote' : `commented on ${line}`}:\n\n${text}\n\n-- \nhttps://forge.example/teapotd/pull/${number}\nYou get this because you watch the repository.\n`,
        html: `<p><b>@${who}</b> ${line === undefined ? 'wrote' : `commented on <code>${line}</code>`}:</p>
<blockquote style="border-left: 3px solid #ccc; margin-left: 0; padding-left: 12px">${text}</blockquote>
<p style="color: #777; font-size: 12px"><a href="https://forge.example/teapotd/pull/${number}">Show it on Forge</a>. You get this because you watch the repository.
<img src="https://forge.example/beacon/${number}-${index}.gif" width="1" height="1" alt=""></p>`,
      };
      return single(letter, { unread: index >= unreadFrom, mailbox: day > 7 ? 'Projects/CI' : 'inbox' });
    });
  });
}

/** The pager: an alarm, and its end in the same thread. */
function alarms(clock: Clock): DemoMessage[] {
  const cases: [day: number, time: string, what: string, end: string][] = [
    [13, '03:12', 'Disk on kettle-eu-2 is 91 % full', 'Somebody rotated the logs. They are dizzy, but fine.'],
    [
      7,
      '04:47',
      'Certificate of shop.kettle.example ends in 6 days',
      'Renewed. The job had been waiting for a DNS answer, as we all do.',
    ],
    [
      1,
      '02:58',
      'Answer time of kettle-us-1 above 200 ms',
      'Resolved by itself after 4 minutes. It always does. That is what worries me.',
    ],
  ];
  return cases.flatMap(([day, time, what, end]) => {
    const alarm: Letter = {
      from: pager,
      to: [me],
      subject: `🦉 ${what}`,
      date: clock.at(day, time),
      headers: [
        ['X-Priority', '1'],
        ['Auto-Submitted', 'auto-generated'],
      ],
      text: `You are on call, so it is your turn to be awake.\n\n${what}.\n\nAcknowledge: https://pager.example/ack/${day}\n`,
    };
    const resolved: Letter = {
      ...alarm,
      subject: `Re: ${alarm.subject}`,
      date: minutesAfter(alarm.date, 19),
      references: [messageIdOf(alarm)],
      text: `Closed. ${end}\n\nGood night.\nThe owl\n`,
    };
    const filing: Filing = { mailbox: day > 5 ? 'archive' : 'inbox' };
    return [single(alarm, filing), single(resolved, filing)];
  });
}

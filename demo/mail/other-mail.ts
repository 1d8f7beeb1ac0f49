import type { Clock } from './clock';
import { single, type DemoMessage } from './conversation';
import type { Person } from './letter';
import { devel, ines, jonas, me, team } from './people';

/** What lies in Junk, Trash and Drafts. */
export function otherMail(clock: Clock): DemoMessage[] {
  return [...junk(clock), ...trash(clock), ...drafts(clock)];
}

const from = (name: string, email: string): Person => ({ name, email });

function junk(clock: Clock): DemoMessage[] {
  const plain: [day: number, time: string, sender: Person, subject: string, text: string][] = [
    [
      1,
      '03:33',
      from('Prince of Uptime', 'prince@uptime.example'),
      'Confidential: 18,000,000 unused IPv4 addresses',
      'Dear Beloved,\n\nmy late uncle, a registrar, left me 18,000,000 IPv4 addresses. I need an honest person with a router.\nYou keep 30 %.\n\nYours in haste',
    ],
    [
      3,
      '04:10',
      from('SEO Wizard', 'wizard@rank.example'),
      'Your website is on page 418 of the results',
      'Hi, I was just browsing your teapot and noticed that it could rank higher. 100 backlinks for the price of a scone.',
    ],
    [
      4,
      '01:02',
      from('Dr. Cache', 'dr@invalidate.example'),
      'DOCTORS HATE IT: one weird header makes pages 10x faster',
      'Cache-Control: max-age=forever\n\nNo side effects. (Side effects may include: everything.)',
    ],
    [
      8,
      '05:45',
      from('Crypto Kettle', 'moon@kettlecoin.example'),
      'KETTLECOIN goes to the moon 🚀🚀🚀',
      'Boil now, profit later. Each coin is backed by a litre of hot water.',
    ],
    [
      13,
      '02:20',
      from('Human Resources?', 'hr@definitely-hr.example'),
      'Mandatory: open the attachment',
      'The attachment was removed by somebody with sense.',
    ],
  ];
  return [
    phishing(clock),
    ...plain.map(([day, time, sender, subject, text]) =>
      single(
        { from: sender, to: [me], subject, date: clock.at(day, time), text },
        { mailbox: 'junk', unread: day < 4 },
      ),
    ),
  ];
}

/** Looks like the bank: the text of its link names one host, the link another, and the sender a third. */
function phishing(clock: Clock): DemoMessage {
  return single(
    {
      from: from('First Testville Bank <security@bank.example>', 'noreply@account-check.example'),
      to: [me],
      subject: 'Urgent: your account will be closed within 24 hours',
      date: clock.at(0, '04:18'),
      html: `<div style="font-family: Arial"><img src="https://account-check.example/logo.png" width="180" alt="First Testville Bank">
<p>Dear Customer,</p><p>we have noticed an unusual activity: you have <b>saved</b> money. To confirm that it was you, please sign in at once:</p>
<p><a href="https://bank.example.account-check.example/login?u=demo">https://www.bank.example/secure-login</a></p>
<form action="https://account-check.example/post"><input name="password" type="password" placeholder="Password"><button>Confirm</button></form>
<p>Failure to do so within 24 hours will make us sad and you poor.</p>
<script>document.title = 'owned'</script></div>`,
    },
    // No filter catches all: this one is in the Inbox.
    { unread: true },
  );
}

function trash(clock: Clock): DemoMessage[] {
  const shop = from('Socks & Sockets', 'deals@socks.example');
  return [
    single(
      {
        from: shop,
        to: [me],
        subject: '-40 % on wool socks, -10 % on unix sockets',
        date: clock.at(3, '07:00'),
        text: 'Only until Sunday. Both come in pairs.',
      },
      { mailbox: 'trash' },
    ),
    single(
      {
        from: shop,
        to: [me],
        subject: 'You left a sock in your basket',
        date: clock.at(6, '07:00'),
        text: 'Just the one. Its partner is asking for you.',
      },
      { mailbox: 'trash' },
    ),
    single(
      {
        from: from('Survey Owl', 'ask@survey.example'),
        to: [me],
        subject: 'How was your last survey?',
        date: clock.at(9, '10:00'),
        text: 'Please rate the survey in which you rated the survey.',
      },
      { mailbox: 'trash', unread: true },
    ),
    single(
      {
        from: jonas,
        to: [me],
        subject: 'Rehearsal is cancelled',
        date: clock.at(15, '18:02'),
        text: 'The hall is under water, but only the basses noticed.',
      },
      { mailbox: 'trash' },
    ),
  ];
}

/** Unfinished, as drafts are. */
function drafts(clock: Clock): DemoMessage[] {
  const draft = (day: number, time: string, to: Person, subject: string, text: string): DemoMessage => ({
    ...single({ from: me, to: [to], subject, date: clock.at(day, time), text }),
    mailbox: 'drafts',
    keywords: ['$seen', '$draft'],
  });
  return [
    draft(
      0,
      '07:40',
      team,
      'Changelog for 4.18',
      `Hi all,

here is the changelog, with sentences in it:

 - Header lines that are folded with a tab keep their tab.
 - Errors in the configuration name the block they are in.
 - The deprecation notice is printed once, not until the disk is full.
 - `,
    ),
    draft(3, '23:12', ines, 'An idea for the off-site', 'Hear me out: a lake, a hut, and no'),
    draft(
      11,
      '22:47',
      devel,
      '[teapot-devel] On the naming of things',
      'I have thought about this for a week, and I believe that',
    ),
  ];
}

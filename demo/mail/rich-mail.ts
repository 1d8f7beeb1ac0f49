import { longDate, type Clock } from './clock';
import { single, type DemoMessage } from './conversation';
import { chartPicture, pdf, teapotPicture, zip } from './files';
import type { Letter, Person } from './letter';
import { announce, biscuit, hosting, ines, me, priya, sam } from './people';

/** Mail with something in it: newsletters, pictures, tables, attachments, an invitation. */
export function richMail(clock: Clock): DemoMessage[] {
  return [
    ...[0, 1, 2, 3, 4].map((week) => newsletter(clock, week)),
    releaseNews(clock),
    ...[0, 1, 2].map((month) => invoice(clock, month)),
    single(
      {
        from: priya,
        to: [me],
        subject: 'Slides and the sample cores for Friday',
        date: clock.at(1, '17:48'),
        text: `Here is everything for Friday: the slides as a PDF, and a zip with three small cores in text form.

Number two is yours. I did not write down whose commit it was, as I am a kind person.

Priya`,
        attachments: [
          {
            name: 'Reading core dumps.pdf',
            type: 'application/pdf',
            content: pdf('Reading core dumps without crying', [
              '1. Do not panic. The program has already done that.',
              '2. Read the stack from the bottom to the top.',
              '3. Read it again, from the top to the bottom.',
              '4. The bug is in the frame that you skipped.',
            ]),
          },
          {
            name: 'cores.zip',
            type: 'application/zip',
            content: zip([
              { name: 'cores/one.txt', text: '#0 pool_get () at src/pool.c:88\n#1 main () at src/main.c:12\n' },
              { name: 'cores/two.txt', text: '#0 fold (len=18446744073709551615) at src/header.c:214\n' },
              { name: 'cores/three.txt', text: '#0 0x0000000000000418 in ?? ()\n' },
            ]),
          },
        ],
      },
      { flagged: true },
    ),
    invitation(clock),
    single(
      {
        from: sam,
        to: [me],
        subject: 'Saturday, and the picture of the route',
        date: clock.at(3, '19:33'),
        html: `<p>Hey Robin,</p><p>this is it, drawn from memory, hence the teapot:</p>
<p><img src="cid:route@climbing.example" width="192" height="192" alt="A drawing of the route that looks like a teapot"></p>
<p>Up the spout, left at the knob, and down the handle. 6a, says the book. <i>Spicy</i>, says everybody else.</p>
<p>Saturday at nine?</p><p>Sam</p>`,
        images: [
          { cid: 'route@climbing.example', name: 'route.png', png: teapotPicture(192, [222, 236, 246], [92, 84, 76]) },
        ],
      },
      { unread: true },
    ),
    single(
      {
        from: ines,
        to: [me],
        subject: 'Quarterly numbers, with a picture',
        date: clock.at(11, '15:05'),
        text: 'Downloads are up, tickets are down, and the cake budget holds. The chart is in the HTML part.',
        html: `<p>Downloads by month, in thousands:</p>
<p><img src="cid:chart@teapot.example" alt="Bar chart: six months, rising"></p>
<table border="1" cellpadding="6" style="border-collapse: collapse">
<tr><th align="left">Month</th><th>Downloads</th><th>Tickets</th><th>Cakes</th></tr>
<tr><td>First</td><td align="right">41,200</td><td align="right">63</td><td align="right">2</td></tr>
<tr><td>Second</td><td align="right">47,900</td><td align="right">51</td><td align="right">3</td></tr>
<tr><td>Third</td><td align="right">58,300</td><td align="right">38</td><td align="right">5</td></tr>
</table>
<p>I see a correlation, and I will defend it before the board.</p><p>Ines</p>`,
        images: [
          {
            cid: 'chart@teapot.example',
            name: 'downloads.png',
            png: chartPicture([0.42, 0.47, 0.55, 0.61, 0.78, 0.93], [178, 86, 60]),
          },
        ],
      },
      { mailbox: 'archive' },
    ),
  ];
}

const ISSUES = [
  [
    'The flag that was true',
    'A boolean with three values, and the team that shipped it.',
    'Why your mutex is fair and your colleagues are not',
  ],
  [
    'Caches and other regrets',
    'Naming things is the easy half. We have met the other one.',
    'Ten kinds of off-by-one, all eleven of them',
  ],
  [
    'Undefined, but well behaved',
    'A love letter to a compiler that never called back.',
    'The shortest postmortem of the year: "semicolon"',
  ],
  [
    'It works on my continent',
    'Time zones, told as a ghost story, in seven offsets.',
    'Half an hour: the strangest unit of distance',
  ],
  [
    'Please do not feed the daemon',
    'Long-running processes, and how to say goodbye.',
    'A field guide to zombie processes',
  ],
] as const;

function newsletter(clock: Clock, week: number): DemoMessage {
  const [title, teaser, second] = ISSUES[week % ISSUES.length] ?? ISSUES[0];
  const issue = 212 - week;
  const date = clock.at(week * 7 + 2, '06:30');
  const letter: Letter = {
    from: biscuit,
    to: [me],
    subject: `🍪 The Biscuit #${issue}: ${title}`,
    date,
    headers: [
      ['List-Id', 'The Biscuit <weekly.biscuit-weekly.example>'],
      [
        'List-Unsubscribe',
        `<https://biscuit-weekly.example/stop/${issue}>, <mailto:stop@biscuit-weekly.example?subject=stop>`,
      ],
      ['List-Unsubscribe-Post', 'List-Unsubscribe=One-Click'],
    ],
    text: `THE BISCUIT #${issue} – ${longDate(date)}

${title}
${teaser}
https://biscuit-weekly.example/${issue}/1

${second}
https://biscuit-weekly.example/${issue}/2

You get this because you once liked a biscuit. Stop: https://biscuit-weekly.example/stop/${issue}
`,
    html: `<!DOCTYPE html><html><head><style>
  body { margin: 0; background: #f4efe6; font-family: Georgia, serif; color: #33291f }
  .card { background: #fffdf8; padding: 24px; border-radius: 8px }
  h1 { font-size: 30px; margin: 0 0 4px } h2 { font-size: 20px; margin: 18px 0 4px }
  a { color: #a6471d } .small { font-size: 12px; color: #8a7c6c }
</style></head><body><table role="presentation" width="100%"><tr><td align="center">
<table role="presentation" width="600"><tr><td style="padding: 24px 0">
<img src="https://images.biscuit-weekly.example/header-${issue}.png" width="600" height="160" alt="The Biscuit: a header picture of a biscuit in thought">
</td></tr><tr><td class="card">
<p class="small">Issue ${issue} · ${longDate(date)}</p>
<h1>${title}</h1><p>${teaser}</p>
<p><a href="https://biscuit-weekly.example/${issue}/1">Read it with something hot</a></p>
<h2>${second}</h2>
<table role="presentation"><tr>
<td width="180"><img src="https://images.biscuit-weekly.example/${issue}-2.jpg" width="160" height="110" alt="A second biscuit"></td>
<td>A reader writes, a maintainer answers, and in the end both open a pull request. <a href="https://biscuit-weekly.example/${issue}/2">More</a></td>
</tr></table>
<h2>Crumbs</h2><ul>
<li>A linter for commit messages that only says "hm".</li>
<li>Somebody has ported the game of life to a config file. It reloads itself.</li>
<li>Found: one working printer. It asks for nothing. We are afraid.</li></ul>
</td></tr><tr><td class="small" style="padding: 16px">You get this because you once liked a biscuit.
<a href="https://biscuit-weekly.example/stop/${issue}">No more biscuits</a>
<img src="https://images.biscuit-weekly.example/open.gif?reader=robin&amp;issue=${issue}" width="1" height="1" alt=""></td></tr></table>
</td></tr></table></body></html>`,
  };
  return single(letter, { mailbox: week === 0 ? 'inbox' : 'Lists/Newsletters', unread: week < 2 });
}

function releaseNews(clock: Clock): DemoMessage {
  const logo = teapotPicture(96, [255, 253, 248], [178, 86, 60]);
  return single(
    {
      from: announce,
      to: [announce],
      subject: 'teapotd 4.17 is out: short and stout',
      date: clock.at(23, '12:00'),
      headers: [
        ['List-Id', 'Announcements of teapotd <teapot-announce.lists.teapot.example>'],
        ['List-Unsubscribe', '<https://lists.teapot.example/leave/teapot-announce>'],
      ],
      text: `teapotd 4.17 is out.

 * HTTP/2 trailers
 * 31 % less memory for an idle connection
 * 418 is now cacheable, by popular demand

sha256  5f1c0de0…418  teapotd-4.17.0.tar.xz`,
      html: `<div style="font-family: sans-serif; max-width: 560px">
<img src="cid:logo@teapot.example" width="96" height="96" alt="teapotd" style="float: right">
<h2>teapotd 4.17: short and stout</h2>
<table cellpadding="8" style="border-collapse: collapse"><tr style="background: #f6e7df"><th align="left">What</th><th align="left">Before</th><th align="left">Now</th></tr>
<tr><td>HTTP/2 trailers</td><td>no</td><td><b>yes</b></td></tr>
<tr><td>Memory of an idle connection</td><td>4.2 KB</td><td><b>2.9 KB</b></td></tr>
<tr><td>418 cacheable</td><td>no, sadly</td><td><b>for 418 seconds</b></td></tr></table>
<p>Get it at <a href="https://teapot.example/download">teapot.example/download</a>, and check the sum:</p>
<pre style="background: #f4f4f4; padding: 8px">sha256  5f1c0de0…418  teapotd-4.17.0.tar.xz</pre></div>`,
      images: [{ cid: 'logo@teapot.example', name: 'teapot.png', png: logo }],
    },
    { mailbox: 'Lists/Newsletters' },
  );
}

function invoice(clock: Clock, month: number): DemoMessage {
  const number = `CH-${20_418 - month}`;
  const date = clock.at(month * 30 + 4, '05:15');
  const [net, tax] = [37.8 + month, (37.8 + month) * 0.2];
  const money = (amount: number) => `EUR ${amount.toFixed(2)}`;
  const lines = [
    `Invoice ${number}                    ${longDate(date)}`,
    '',
    'Robin Falk, 12 Example Lane, Testville',
    '',
    `1 x Small cloud, partly sunny        ${money(net)}`,
    `    Tax, 20 %                        ${money(tax)}`,
    '                                     ---------',
    `    Total                            ${money(net + tax)}`,
    '',
    'Thank you. May your uptime be long and your logs short.',
  ];
  return single(
    {
      from: hosting,
      to: [me],
      subject: `Your invoice ${number}`,
      date,
      text: `Dear Robin Falk,

your invoice ${number} over ${money(net + tax)} is attached. We take the amount from your account in 14 days,
so there is nothing that you need to do. Isn't that what a cloud is for?

Cumulus Hosting`,
      attachments: [{ name: `Invoice ${number}.pdf`, type: 'application/pdf', content: pdf('Cumulus Hosting', lines) }],
    },
    { mailbox: month === 0 ? 'inbox' : 'archive', flagged: month === 0 },
  );
}

function invitation(clock: Clock): DemoMessage {
  const start = new Date(clock.now);
  start.setDate(start.getDate() + 2);
  start.setHours(12, 30, 0, 0);
  const stamp = (date: Date) => `${date.toISOString().replace(/[-:]/g, '').slice(0, 15)}Z`;
  const end = new Date(start.getTime() + 3_600_000);
  const calendar = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Teapot Works//Calendar//EN',
    'METHOD:REQUEST',
    'BEGIN:VEVENT',
    'UID:418-lunch@teapot.example',
    `DTSTAMP:${stamp(clock.now)}`,
    `DTSTART:${stamp(start)}`,
    `DTEND:${stamp(end)}`,
    'SUMMARY:Lunch & learn: reading core dumps',
    'LOCATION:The room with the good chairs',
    `ORGANIZER;CN=${priya.name}:mailto:${priya.email}`,
    `ATTENDEE;CN=${me.name};RSVP=TRUE:mailto:${me.email}`,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n');
  const to: Person[] = [me];
  return single(
    {
      from: priya,
      to,
      subject: 'Invitation: Lunch & learn: reading core dumps',
      date: clock.at(2, '13:20'),
      text: `Priya Nallathambi invites you:

  Lunch & learn: reading core dumps
  ${start.toLocaleDateString('en-GB', { weekday: 'long', day: 'numeric', month: 'long' })}, 12:30 to 13:30
  The room with the good chairs`,
      attachments: [{ name: 'invite.ics', type: 'text/calendar; method=REQUEST', content: calendar }],
    },
    { unread: true },
  );
}

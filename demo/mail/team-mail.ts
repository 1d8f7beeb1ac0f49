import type { Clock } from './clock';
import { conversation, type DemoMessage } from './conversation';
import { ines, me, mwangi, odd, priya, tomek } from './people';

/** What colleagues write to each other about work. */
export function teamMail(clock: Clock): DemoMessage[] {
  return [
    ...conversation({
      subject: 'Release 4.18: what is still missing?',
      start: clock.at(1, '09:12'),
      between: [ines, me, tomek, priya],
      turns: [
        {
          from: ines,
          text: `Morning all,

the branch is cut and CI is green, so it looks like a release. From my side three things are open:

 - the changelog still says "various fixes", which is not a sentence
 - Robin's header parser change needs a second pair of eyes
 - nobody has tried the upgrade from 4.12, and people do live there

I would like to tag tomorrow before lunch. Shout if you disagree.

Ines`,
        },
        {
          from: tomek,
          after: 18,
          quote: '- nobody has tried the upgrade from 4.12, and people do live there',
          text: `I did, last night, on the old staging box. It works, but it prints the deprecation notice once per
request. The log was 2 GB by the time the kettle boiled.

One line fix, pushed to \`quiet-deprecations\`.`,
        },
        {
          from: me,
          after: 26,
          quote: "- Robin's header parser change needs a second pair of eyes",
          text: `Second pair of eyes wanted, indeed. It is 60 lines and half of them are tests. The part worth
staring at is \`fold()\`: it used to eat a tab at the start of a continued line.

The changelog I'll rewrite tonight.`,
        },
        {
          from: priya,
          after: 41,
          text: `Read it. The tab thing is right, the RFC even has an example.

One wish: could the error say which header it choked on? "malformed header" at 3 am is not a friend.`,
        },
        {
          from: me,
          after: 9,
          text: 'Fair. Done, with the name and the byte offset. Never the value, as it could be a cookie.',
        },
        { from: priya, after: 12, unread: true, text: 'Approved. You may sleep at 3 am now.' },
        {
          from: ines,
          after: 33,
          unread: true,
          flagged: true,
          text: `Splendid. Then the plan is:

 1. Robin: changelog (tonight)
 2. Tomek: merge quiet-deprecations
 3. me: tag 4.18.0 tomorrow, 11:30
 4. everyone: cake, 11:31

Ines`,
        },
      ],
    }),
    ...conversation({
      subject: 'Why is the office teapot on the network?',
      start: clock.at(6, '15:40'),
      between: [odd, me, tomek, priya, ines, mwangi],
      turns: [
        {
          from: odd,
          text: `I ran the quarterly scan. There is a device called TEAPOT-3 on the guest network with port 80 open.
It answers every GET with 418.

I am not angry. I would just like to know.`,
        },
        { from: tomek, after: 3, text: 'It is conformant.' },
        { from: odd, after: 2, text: 'It has 41 days of uptime. It is more reliable than the mail gateway.' },
        {
          from: priya,
          after: 6,
          text: 'I bought it for the demo at the meetup. It also does HTCPCP, but only WHEN asked.',
        },
        {
          from: me,
          after: 14,
          quote: 'It has 41 days of uptime. It is more reliable than the mail gateway.',
          to: 2,
          text: 'Could it *be* the mail gateway?',
        },
        { from: odd, after: 4, text: 'Please stop.' },
        {
          from: mwangi,
          after: 11,
          text: 'For the record, it has also been serving the lunch menu since Tuesday. People like it.',
        },
        {
          from: ines,
          after: 27,
          text: 'I have put it into the asset register under "kitchen / production". Topic closed. Odd, thank you.',
        },
        { from: odd, after: 5, text: 'I have given it a static address. I hope that you are all proud.' },
      ],
    }),
    ...conversation({
      subject: 'Latency: p99 after the connection pool change',
      start: clock.at(3, '10:05'),
      between: [mwangi, me, priya],
      flagged: true,
      turns: [
        {
          from: mwangi,
          text: `Numbers from the canary, 24 hours each, same traffic:

            before     after
    p50      1.9 ms    1.8 ms
    p95      6.4 ms    5.1 ms
    p99     38.0 ms   11.2 ms
    p99.9    210 ms    204 ms

So the long tail got a haircut, but its very tip did not move. I suspect DNS: the 204 ms are
suspiciously close to a 200 ms timer plus change.`,
        },
        {
          from: priya,
          after: 55,
          quote: 'I suspect DNS',
          text: 'It is never DNS.',
        },
        {
          from: mwangi,
          after: 70,
          text: `It was DNS.

The resolver asks for AAAA first, waits 200 ms for an answer that never comes, then asks for A. Asking
for both at once brings p99.9 to 14 ms. Patch attached to the ticket.`,
        },
        { from: me, after: 16, text: 'Beautiful. Can we keep that table in the repository? I want to frame it.' },
        {
          from: mwangi,
          after: 8,
          text: 'bench/RESULTS.md, with the script that makes it. A table without its script is a rumour.',
        },
      ],
    }),
    ...conversation({
      subject: 'Swap on-call next week?',
      start: clock.at(4, '17:22'),
      between: [tomek, me],
      turns: [
        {
          from: tomek,
          text: `Hi Robin,

my sister moves house on Thursday and I am the van. Could you take my on-call from Wednesday evening
to Friday morning? I take your weekend after, and I'd bring pierogi.`,
        },
        { from: me, after: 31, text: 'You had me at van. Deal. (The pierogi stay in the contract, though.)' },
        { from: tomek, after: 6, text: 'Swapped in the rota. Filling: potato and cheese. This is now binding.' },
      ],
    }),
    ...conversation({
      subject: 'Interview on Thursday: who asks what',
      start: clock.at(9, '11:15'),
      between: [ines, priya, me],
      turns: [
        {
          from: ines,
          text: `Candidate for the protocol team, Thursday 14:00, 60 minutes. Please no riddles about light bulbs.

Priya: something they debugged and are proud of
Robin: read a small patch together
me: what we are like, and whether they'd want that

Write down what you saw *before* we talk about it.`,
        },
        { from: priya, after: 20, text: 'Works. I will bring the tea.' },
        { from: me, after: 12, text: 'I take the patch with the off-by-one in the comment instead of the code.' },
      ],
    }),
    ...conversation({
      subject: 'Parser crash in the field 🔥',
      start: clock.at(0, '08:31'),
      between: [odd, me, mwangi],
      unread: true,
      flagged: true,
      turns: [
        {
          from: odd,
          text: `Two customers on 4.17.2 report a crash, both behind the same kind of proxy. The core says:

    #0  fold (line=0x7f12a4, len=18446744073709551615) at src/header.c:214
    #1  header_next (p=0x7ffd10) at src/header.c:301
    #2  request_read (c=0x55d0c0) at src/request.c:88

I leave it to you to guess what that length is.`,
        },
        { from: mwangi, after: 9, text: 'Minus one, in its Sunday clothes.' },
        {
          from: odd,
          after: 14,
          text: `An empty continued line, to be exact: CRLF, space, CRLF. The proxy sends it when its banner is empty.

Robin, isn't that the function you just rewrote for 4.18?`,
        },
      ],
    }),
    ...conversation({
      subject: 'Lunch & learn: reading core dumps without crying',
      start: clock.at(2, '13:02'),
      between: [priya, me, tomek, odd, mwangi],
      unread: true,
      turns: [
        {
          from: priya,
          text: `Friday, 12:30, the room with the good chairs.

Bring a laptop, a core dump that you never understood, and lunch. I'll show how far one gets with
nothing but the stack, the registers and stubbornness.`,
        },
        { from: tomek, after: 44, text: 'I have seven. Do I get a discount?' },
      ],
    }),
    ...conversation({
      subject: 'Holiday calendar',
      start: clock.at(12, '09:45'),
      between: [ines, me, tomek, priya, odd, mwangi],
      mailbox: 'archive',
      turns: [
        {
          from: ines,
          text: 'Please put your holidays into the calendar by the end of the month. Half days count as days for the plants.',
        },
        {
          from: odd,
          after: 15,
          text: 'I am away for two weeks in the mountains. There is no network there. I checked. Twice.',
        },
        {
          from: me,
          after: 200,
          text: "First week of next month, at my mother's. There is network, but also her list of things to repair.",
        },
        { from: mwangi, after: 30, text: 'I water the plants.' },
      ],
    }),
  ];
}

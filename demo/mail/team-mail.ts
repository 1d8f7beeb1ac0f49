import type { Clock } from './clock';
import { conversation, type DemoMessage } from './conversation';
import { ines, me, mwangi, odd, priya, tomek, yuki } from './people';

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
      subject: 'Notes from the architecture round',
      start: clock.at(8, '16:30'),
      between: [ines, me, tomek, priya, odd, mwangi],
      turns: [
        {
          from: ines,
          extra: { flowed: true },
          text: `Short notes, so that nobody has to remember anything. \n
We agreed to keep one process per core and not to touch threads before the \nallocator work is done. Priya showed that most of the time in the hot path \ngoes into copying header names; interning them is a small change with a \nmeasurable effect. \n
Odd wants every listener to have an owner in the config, with a name and a \nmail address. Nobody could think of a reason against it, which is suspicious, \nbut we'll do it. \n
Not agreed: whether the configuration should reload by signal or by socket. \nTomek writes down both. \n
Ines`,
        },
        {
          from: tomek,
          after: 1130,
          text: `Both are written down: docs/proposals/0031-reload.md

Short version: the signal is one line of code and three pages of edge cases. The socket is three pages
of code and one line of edge cases.`,
        },
        { from: me, after: 48, text: `Then the socket. Edge cases do not come with a debugger.` },
        { from: odd, after: 75, quote: true, text: 'This should be the first line of the style guide.' },
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
    ...conversation({
      subject: 'Trademark question about the logo',
      start: clock.at(20, '10:20'),
      between: [ines, me],
      mailbox: 'Projects/Website',
      turns: [
        {
          from: ines,
          text: `A tea company asks whether our logo is a teapot.

I wrote that it is a teapot, that it is a web server, and that the RFC leaves no room for doubt. They
answered very kindly and asked for stickers. Do we have stickers?`,
        },
        {
          from: me,
          after: 65,
          text: 'We have about 400 of the batch where the spout points the wrong way. They may have all of them.',
        },
        { from: ines, after: 10, text: 'A left-handed teapot. Collectors will fight. Sent.' },
      ],
    }),
    ...conversation({
      subject: 'Website: the new start page',
      start: clock.at(14, '14:10'),
      between: [yuki, me, ines],
      mailbox: 'Projects/Website',
      turns: [
        {
          from: yuki,
          text: `Robinさん、こんにちは。

新しいトップページの案を三つ作りました。一番目は静か、二番目は楽しい、三番目はお湯が沸騰しています。
どれがよいと思いますか。

The English version: three drafts, one calm, one cheerful, one boiling. Which one do you like?

ゆき`,
        },
        { from: me, after: 95, text: 'The calm one, with the boiling headline. ありがとうございます!' },
        {
          from: ines,
          after: 33,
          text: 'What Robin says. And the "get started" button has to be above the fold on the ugly projector in room 2.',
        },
        {
          from: yuki,
          after: 600,
          flagged: true,
          text: `Done, the button is now visible on the ugly projector, on a phone from the last decade and on
a fridge. お待たせしました。`,
        },
      ],
    }),
    ...conversation({
      subject: 'Proposal 0031: reloading by socket',
      start: clock.at(5, '10:48'),
      between: [tomek, me, priya, odd, mwangi],
      mailbox: 'Projects/Reload',
      turns: [
        {
          from: tomek,
          text: `First draft is up. The idea in four lines:

 - a unix socket next to the pid file, mode 0600
 - one line in: "reload"
 - one line out: "ok" and the hash of the config, or "error" and where
 - connections in flight keep the config that they began with

Questions that I could not answer are marked with a kettle.`,
        },
        { from: odd, after: 40, text: 'What happens if two people reload at once?' },
        {
          from: tomek,
          after: 6,
          text: 'The second waits. If both configs are the same, both get "ok" and one reload. If not, the last one wins and both are told the hash.',
        },
        { from: priya, after: 28, text: 'And a reload while the disk is full? (Asking because of last March.)' },
        {
          from: me,
          after: 17,
          text: 'Reading does not need disk. Writing the hash into the log does. We should answer first and log second.',
        },
        { from: tomek, after: 12, text: 'Changed. Kettle number 4 is off the boil.' },
        {
          from: mwangi,
          after: 190,
          text: `Measured: 3 ms for a config of 2,000 hosts, and no request lost in a million. With SIGHUP we lose
between 2 and 9. I did not expect that, to be honest.`,
        },
        { from: odd, after: 25, text: 'Those 2 to 9 have been in my alerts for a year. Thank you.' },
        { from: me, after: 8, text: 'Then we have it: merging on Monday unless somebody finds kettle number 9.' },
        {
          from: priya,
          after: 240,
          unread: true,
          text: "Kettle number 9: on macOS the path of a socket may have 104 bytes. Our CI runner's home folder alone has 91.",
        },
        {
          from: tomek,
          after: 33,
          unread: true,
          text: `Of course it does.

New plan: relative path after chdir. It is a hack, but it is a hack with a comment.`,
        },
      ],
    }),
  ];
}

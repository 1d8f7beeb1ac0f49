import type { Clock } from './clock';
import { conversation, type DemoMessage } from './conversation';
import { ines, me, mwangi, odd, priya, tomek, yuki } from './people';

/** What is decided about the projects, filed under them. */
export function projectMail(clock: Clock): DemoMessage[] {
  return [
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

import type { Clock } from './clock';
import { conversation, type DemoMessage, type Turn } from './conversation';
import type { Person } from './letter';
import { bartolo, casimir, devel, hedda, lupe, me, wren } from './people';

const FOLDER = 'Lists/teapot-devel';

/** What the list software adds (RFC 2369, RFC 2919). */
export const listHeaders: [string, string][] = [
  ['List-Id', 'Development of teapotd <teapot-devel.lists.teapot.example>'],
  ['List-Post', '<mailto:teapot-devel@lists.teapot.example>'],
  ['List-Archive', '<https://lists.teapot.example/archive/teapot-devel>'],
  [
    'List-Unsubscribe',
    '<https://lists.teapot.example/leave/teapot-devel>, <mailto:teapot-devel-leave@lists.teapot.example>',
  ],
  ['List-Unsubscribe-Post', 'List-Unsubscribe=One-Click'],
  ['Precedence', 'list'],
];

const footer = `
_______________________________________________
teapot-devel mailing list
https://lists.teapot.example/info/teapot-devel`;

/** On a list everybody writes to the list. */
function onList(subject: string, start: Date, turns: Turn[], unreadFrom = turns.length): DemoMessage[] {
  return conversation({
    subject,
    start,
    between: [devel],
    mailbox: FOLDER,
    headers: listHeaders,
    turns: turns.map((turn, index) => ({
      ...turn,
      unread: turn.unread ?? index >= unreadFrom,
      text: turn.from === me ? turn.text : `${turn.text}\n${footer}`,
    })),
  });
}

const said = (from: Person, text: string, after = 47, rest: Partial<Turn> = {}): Turn => ({
  from,
  text,
  after,
  ...rest,
});

/** The talk on the development list; the patches have a file of their own. */
export function listMail(clock: Clock): DemoMessage[] {
  return [
    ...onList(
      '[teapot-devel] Tabs in configuration files: a modest proposal',
      clock.at(10, '20:14'),
      [
        said(
          bartolo,
          `Dear list,

I propose that the configuration parser reject files that are indented with tabs. It costs us nothing,
and it would make the world a little more orderly.

Bartolo`,
        ),
        said(hedda, 'I propose that it reject files that are indented with spaces. Same reasons.', 12),
        said(casimir, 'Could it reject files altogether? I configure by environment variable.', 25),
        said(
          lupe,
          `Before this goes where it went in the last three years: both are allowed, both stay allowed, and the
formatter writes two spaces. The formatter has no opinions, which is why we let it decide.`,
          31,
        ),
        said(bartolo, 'A formatter that writes two spaces has a very clear opinion.', 14, {
          quote: 'The formatter has no opinions',
        }),
        said(wren, 'Popcorn is in the microwave.', 5),
        said(
          hedda,
          'My screen reader says "tab tab tab" at tabs and "blank blank blank blank" at spaces. I take the tabs.',
          58,
        ),
        said(
          bartolo,
          `That, now, is an argument. I had not thought of it.

Is there something the parser could do for you?`,
          22,
          { quote: true },
        ),
        said(hedda, 'Errors with a line number *and* the name of the block. Counting blanks is no fun.', 16),
        said(
          me,
          `That I can do. "line 12, in server 'shop', in location '/'": would that help?

I have the block stack at hand there anyway, it is ten lines.`,
          34,
        ),
        said(hedda, 'Very much!', 7),
        said(casimir, 'I came for the fight and got a feature. What is happening to this list?', 41),
        said(lupe, 'Growth.', 3),
        said(bartolo, 'I withdraw the proposal and will review the patch.', 28),
        said(wren, 'Popcorn is ready, by the way.', 2),
        said(me, 'Patch is out, see "config: name the block in errors". Bring the popcorn.', 900),
        said(bartolo, 'Reviewed. There was a tab in it. I let it pass.', 130),
        said(
          hedda,
          'Tried it on my setup with 90 hosts. I found two mistakes of my own in a minute. Thank you, all.',
          300,
        ),
      ],
      16,
    ),
    ...onList(
      '[teapot-devel] RFC: dropping support for HTTP/0.9',
      clock.at(5, '19:02'),
      [
        said(
          casimir,
          `We still answer HTTP/0.9: a GET without a version, and out falls the document, with neither status nor
header. It is 140 lines, and three of our last five security fixes were in them.

Does anybody use it?`,
        ),
        said(
          wren,
          'I have a barometer that does. It is from 1994. It is the only device in this house that has never needed an update.',
          36,
        ),
        said(casimir, 'Would the barometer mind a proxy?', 11),
        said(
          wren,
          'The barometer predates the idea of a proxy. But I can put 20 lines of awk in between. Drop it, with my blessing.',
          19,
        ),
        said(
          lupe,
          'Then: off by default in 4.19, removed in 4.20, and a note of thanks to the barometer in the changelog.',
          64,
        ),
        said(me, `+1. I'd keep the error message, though. "I am a teapot, and this is not 1991" deserves to live.`, 22),
      ],
      4,
    ),
    ...onList(
      '[teapot-devel] Build fails on 32 bit with GCC 15',
      clock.at(2, '07:50'),
      [
        said(
          wren,
          `$ make
src/pool.c:88:31: error: comparison is always true due to limited range of data type
   88 |         if (size <= 0xFFFFFFFFu) {
      |                  ~~~~ ^~
cc1: all warnings being treated as errors

On a machine with 32 bits, that is. It is an old laptop, but it has the best keyboard.`,
        ),
        said(
          lupe,
          'The check is for the format on disk, which is 32 bits everywhere. Cast to uint64_t before comparing, and it is true AND useful.',
          80,
        ),
        said(wren, 'Works. Patch follows as soon as I have found out how to make my mailer not break the lines.', 45),
        said(me, '`git send-email`. Everything else is pain with a user interface.', 13),
      ],
      2,
    ),
    ...onList('[teapot-devel] Minutes of the monthly call', clock.at(7, '21:30'), [
      said(
        lupe,
        `Present: Casimir, Hedda, Lupe, Robin, Wren's barometer (by proxy)

1. 4.18 goes out this week. (Ines)
2. The fuzzer found nothing for 30 days. We agreed to distrust the fuzzer. (Casimir)
3. Docs: "Getting started" now starts. (Hedda)
4. Any other business: none, for the first time since records began.

Next call: first Tuesday of the month, 19:00 UTC.`,
      ),
      said(
        casimir,
        `About 2: the fuzzer was running with an empty corpus, on a machine that was off.

It has now found something.`,
        700,
      ),
    ]),
    ...onList('[teapot-devel] What do you name your hosts?', clock.at(16, '22:05'), [
      said(wren, 'Mine are winds. sirocco, mistral, bora. The laptop is "draught".'),
      said(hedda, 'Fjords. I will not run out.', 15),
      said(bartolo, 'host-0001 to host-0417. I sleep well.', 44),
      said(casimir, 'Cheeses. Do not name a machine "limburger", people will not log in.', 12),
      said(me, 'Teas. The one that is always down is "decaf".', 29),
      said(lupe, 'Mine have no names. I know them by their fans.', 60),
    ]),
    ...onList(
      '[teapot-devel] Help: accept() returns EMFILE and then my cat',
      clock.at(0, '06:44'),
      [
        said(
          lupe,
          `Under load the acceptor gets EMFILE, spins at 100 %, the fan goes on, and the cat, who sleeps on the
machine, leaves in protest. The cat is the better monitoring.

I think that we should hold one spare descriptor: close it, accept, close that, open the spare again.
Has anybody done this without regretting it?`,
        ),
        said(hedda, 'Yes. It is an old trick, and it holds. Pet the cat from me.', 51),
      ],
      0,
    ),
  ];
}

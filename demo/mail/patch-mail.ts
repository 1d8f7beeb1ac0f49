import type { Clock } from './clock';
import { minutesAfter } from './clock';
import { single, type DemoMessage, type Filing } from './conversation';
import { messageIdOf, type Letter, type Person } from './letter';
import { listHeaders } from './list-mail';
import { bartolo, casimir, devel, hedda, lupe, me } from './people';

type Patch = { subject: string; message: string; stat: string; diff: string };

const config = `diff --git a/src/config/block.h b/src/config/block.h
index 3f1c0aa..b7e19d4 100644
--- a/src/config/block.h
+++ b/src/config/block.h
@@ -11,5 +11,8 @@ struct block {
 	const char *kind;
 	const char *name;	/* may be NULL */
 	struct block *parent;
+	unsigned line;
 };

+/* Writes "server 'shop', in location '/'" and the like. Returns buf. */
+char *block_path(const struct block *b, char *buf, size_t size);
`;

const parser = `diff --git a/src/config/parse.c b/src/config/parse.c
index 90ab2c1..4d0e6f8 100644
--- a/src/config/parse.c
+++ b/src/config/parse.c
@@ -142,8 +142,12 @@ static int fail(struct parser *p, const char *what)
 {
-	fprintf(stderr, "line %u: %s\\n", p->line, what);
+	char path[256];
+
+	if (p->block)
+		fprintf(stderr, "line %u, in %s: %s\\n", p->line,
+			block_path(p->block, path, sizeof(path)), what);
+	else
+		fprintf(stderr, "line %u: %s\\n", p->line, what);
 	return -1;
 }
`;

const tests = `diff --git a/test/config/errors.t b/test/config/errors.t
new file mode 100755
index 0000000..8c9de01
--- /dev/null
+++ b/test/config/errors.t
@@ -0,0 +1,14 @@
+#!/bin/sh
+
+. ./lib.sh
+
+cat >conf <<-EOF
+	server shop {
+	  location / {
+	    rot /srv
+	  }
+	}
+EOF
+
+expect_error "line 3, in server 'shop', in location '/': unknown word rot"
+done_testing
`;

const patches: Patch[] = [
  {
    subject: 'config: remember where a block began',
    message: `A block knows its parent, but not the line on which it was opened, so an
unclosed one is reported at the end of the file, where nobody made a
mistake. Keep the line, and say in one place how a block is called.`,
    stat: ' src/config/block.c | 18 ++++++++++++++++++\n src/config/block.h |  4 ++++\n 2 files changed, 22 insertions(+)',
    diff: config,
  },
  {
    subject: 'config: name the block in errors',
    message: `"line 812: unknown word" helps only those who can count to 812. Say
which block it is in as well.

Suggested-by: Hedda Brunvoll <hedda@fjord.example>`,
    stat: ' src/config/parse.c | 9 +++++++--\n 1 file changed, 7 insertions(+), 2 deletions(-)',
    diff: parser,
  },
  {
    subject: 'test: errors name their block',
    message: 'Nested, top level, unnamed and unclosed.',
    stat: ' test/config/errors.t | 14 ++++++++++++++\n 1 file changed, 14 insertions(+)',
    diff: tests,
  },
];

const coverLetter = `Hi all,

this came out of the thread about tabs, of all things: errors in the
configuration now say in which block they are.

  line 3, in server 'shop', in location '/': unknown word rot

The first patch is preparation, the second is the change, the third
proves it. No option, no new dependency.

Robin

`;

/** A patch series as git makes it, its review, and the second round. */
export function patchMail(clock: Clock): DemoMessage[] {
  const first = series(clock.at(9, '21:40'), '', coverLetter);
  const [cover, one, two, three] = first;
  if (cover === undefined || one === undefined || two === undefined || three === undefined) return [];
  const nit = answer(
    two,
    bartolo,
    minutesAfter(two.date, 95),
    `On ${day(two)}, Robin Falk wrote:
> +	char path[256];

256 because of …?

> +	if (p->block)
> +		fprintf(stderr, "line %u, in %s: %s\\n", p->line,
> +			block_path(p->block, path, sizeof(path)), what);
> +	else
> +		fprintf(stderr, "line %u: %s\\n", p->line, what);

Could the top of the file be a block called "the file"? Then the else goes away.

There is a trailing tab after path[256]; as promised, I let it pass.`,
  );
  const mine = answer(
    nit,
    me,
    minutesAfter(nit.date, 42),
    `On ${day(nit)}, Bartolo Vane wrote:
> 256 because of …?

Because of Tuesday. You are right, it should be the longest path that the
parser accepts: BLOCK_DEPTH_MAX * NAME_MAX. Will change.

> Could the top of the file be a block called "the file"?

Oh, that is nice. v2 has it.`,
  );
  const praise = answer(
    three,
    hedda,
    minutesAfter(three.date, 130),
    `On ${day(three)}, Robin Falk wrote:
> +expect_error "line 3, in server 'shop', in location '/': unknown word rot"

I read this line to my partner at dinner.

Tested-by: Hedda Brunvoll <hedda@fjord.example>`,
  );
  const second = series(
    clock.at(8, '19:25'),
    ' v2',
    `Changes since v1:

 - the top of the file is a block too, so the else is gone (Bartolo)
 - the path has the size that it can have, not the size of a Tuesday
 - a tab less

Robin

`,
    [messageIdOf(cover)],
  );
  const [coverTwo] = second;
  if (coverTwo === undefined) return [];
  const acked = answer(
    coverTwo,
    bartolo,
    minutesAfter(coverTwo.date, 61),
    `For the series:

Reviewed-by: Bartolo Vane <bv@vane.example>

I looked for a tab. There was none. I felt something.`,
  );
  const applied = answer(
    coverTwo,
    lupe,
    minutesAfter(coverTwo.date, 800),
    `Applied, all three, thanks.

  1e02f9a config: remember where a block began
  7bb41d0 config: name the block in errors
  c95a3ee test: errors name their block

It will be in 4.18.`,
  );
  const foreign = casimirsPatch(clock.at(1, '22:10'));
  const question = answer(
    foreign,
    hedda,
    minutesAfter(foreign.date, 38),
    `On ${day(foreign)}, Casimir Otieno-Blum wrote:
> -	if (n == 0)
> +	if (n == 0 && !p->seen_any)

What about a chunk that is empty on purpose, as the last one is?`,
  );
  return [
    ...[...first, ...second].map((letter) => file(letter)),
    ...[nit, mine, praise, acked].map((letter) => file(letter)),
    file(applied, { flagged: true }),
    file(foreign, { unread: true }),
    file(question, { unread: true }),
  ];
}

function series(start: Date, version: string, introduction: string, references: string[] = []): Letter[] {
  const total = patches.length;
  const cover: Letter = {
    from: me,
    to: [devel],
    subject: `[PATCH${version} 0/${total}] config: say where it hurts`,
    date: start,
    references,
    headers: [...listHeaders, ['X-Mailer', 'git-send-email 2.50.1']],
    text: `${introduction}Robin Falk (${total}):
${patches.map(({ subject }) => `  ${subject}`).join('\n')}

 src/config/block.c   | 18 ++++++++++++++++++
 src/config/block.h   |  4 ++++
 src/config/parse.c   |  9 +++++++--
 test/config/errors.t | 14 ++++++++++++++
 4 files changed, 43 insertions(+), 2 deletions(-)

--${' '}
2.50.1
`,
  };
  const children = patches.map(({ subject, message, stat, diff }, index): Letter => ({
    from: me,
    to: [devel],
    subject: `[PATCH${version} ${index + 1}/${total}] ${subject}`,
    date: minutesAfter(start, (index + 1) / 20),
    references: [...references, messageIdOf(cover)],
    headers: [...listHeaders, ['X-Mailer', 'git-send-email 2.50.1']],
    text: `${message}

Signed-off-by: Robin Falk <demo@example.test>
---
${stat}

${diff}--${' '}
2.50.1
`,
  }));
  return [cover, ...children];
}

function casimirsPatch(date: Date): Letter {
  return {
    from: casimir,
    to: [devel],
    subject: '[PATCH] chunked: do not stop at an empty chunk extension',
    date,
    headers: [...listHeaders, ['X-Mailer', 'git-send-email 2.49.0']],
    text: `The fuzzer, now that it is switched on, found that "0;\\r\\n" in the middle
of a body ends it. Only a chunk of size zero does, not an extension of
length zero.

Fixes: 5d1f00c ("chunked: tolerate spaces before the extension")
Signed-off-by: Casimir Otieno-Blum <casimir@blum.example>
---
 src/chunked.c | 2 +-
 1 file changed, 1 insertion(+), 1 deletion(-)

diff --git a/src/chunked.c b/src/chunked.c
index 77aa310..e0c4f52 100644
--- a/src/chunked.c
+++ b/src/chunked.c
@@ -61,7 +61,7 @@ static int chunk_begin(struct chunked *p, size_t n)
-	if (n == 0)
+	if (n == 0 && !p->seen_any)
 		return chunk_last(p);
 	p->left = n;
 	return 0;
--${' '}
2.49.0
`,
  };
}

function answer(parent: Letter, from: Person, date: Date, text: string): Letter {
  return {
    from,
    to: [devel],
    cc: parent.from === from ? [] : [parent.from],
    subject: `Re: ${parent.subject.replace(/^Re: /, '')}`,
    date,
    references: [...(parent.references ?? []), messageIdOf(parent)],
    headers: listHeaders,
    text,
  };
}

function file(letter: Letter, filing: Filing = {}): DemoMessage {
  return single(letter, { mailbox: 'Lists/teapot-devel', ...filing });
}

function day({ date }: Letter): string {
  return date.toISOString().slice(0, 10);
}

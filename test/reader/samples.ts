import type { MessageView, PersonView } from '../../src/views/reader/protocol';

export const person = (name: string | null, address: string): PersonView => ({
  name,
  address,
  misleading: false,
  unicodeDomain: null,
});

const day = 24 * 60 * 60 * 1000;
const at = Date.UTC(2024, 2, 12, 14, 5);

export const sampleMessage: MessageView = {
  emailId: 1,
  subject: 'Re: Flaky reconnect test on slow machines',
  from: [person('Ana Müller', 'ana.mueller@example.org')],
  sender: [],
  replyTo: [],
  to: [person('Core Team', 'core@lists.example.org'), person('Priya Raman', 'priya@example.org')],
  cc: [person(null, 'builds@example.org')],
  bcc: [],
  sentAt: at,
  receivedAt: at + 4000,
  size: 18_432,
  mailboxes: [{ name: 'Inbox', icon: 'inbox' }],
  labels: ['release'],
  unread: false,
  flagged: true,
  answered: true,
  forwarded: false,
  draft: false,
  junk: false,
  pending: 'none',
  refused: [],
  thread: [
    {
      emailId: 3,
      from: 'Priya Raman',
      preview: 'The reconnect test fails about once in thirty runs on the arm64 builders. I attached the log of',
      receivedAt: at - 2 * day,
      unread: false,
      flagged: false,
      hasAttachment: true,
      pending: 'none',
    },
    {
      emailId: 2,
      from: 'Jonas Weber',
      preview: 'I can reproduce it with the clock slowed down. It is the back-off that starts before the socket',
      receivedAt: at - day,
      unread: true,
      flagged: false,
      hasAttachment: false,
      pending: 'pending',
    },
    {
      emailId: 1,
      from: 'Ana Müller',
      preview: 'Good find! The patch below waits for the close event. With it, 2,000 runs in a row are green',
      receivedAt: at,
      unread: false,
      flagged: true,
      hasAttachment: false,
      pending: 'none',
    },
  ],
};

export const textBody = `Good find, Jonas! The patch in https://review.example.org/c/4711 waits for the close event.
With it, 2,000 runs in a row are green here.

On Mon, Jonas Weber wrote:
> I can reproduce it with the clock slowed down.
>> It fails about once in thirty runs.
> It is the back-off that starts before the socket is closed.

Exactly. Two questions though:

 - do we want the same for the IMAP side?
 - who writes the changelog entry?

Please also see www.example.org/guide and write to releases@example.org.

-- 
Ana Müller
Release manager, Example Project

> On Sun, Priya Raman wrote:
> The reconnect test fails about once in thirty runs
> on the arm64 builders.
>
> I attached the log of three failing runs and the
> output of the profiler.
>
> It started with the upgrade of the runtime, but that
> may be a coincidence.
> 
> Priya
`;

export const patchBody = `The back-off timer was started before the socket was closed, so a
reconnect could race with the old connection's last bytes.

Reported-by: Priya Raman <priya@example.org>
Signed-off-by: Jonas Weber <jonas@example.org>
---
 src/net/connection.c | 12 +++++++-----
 1 file changed, 7 insertions(+), 5 deletions(-)

diff --git a/src/net/connection.c b/src/net/connection.c
index 3f1c2ab..9d0e4c1 100644
--- a/src/net/connection.c
+++ b/src/net/connection.c
@@ -118,9 +118,11 @@ static int connection_reset(struct connection *c)
 	if (c->state != CONNECTED)
 		return -EINVAL;
 
-	timer_start(&c->backoff, c->delay);
-	close(c->fd);
+	/* The peer may still send: wait for its FIN. */
+	shutdown(c->fd, SHUT_WR);
+	wait_closed(c->fd, c->timeout);
+	timer_start(&c->backoff, c->delay);
 	c->state = WAITING;
 	return 0;
 }
-- 
2.44.0
`;

export const simpleHtml = `<div dir="ltr">Hi Ana,<br><br>the venue for the <b>spring meetup</b> is fixed:
<a href="https://example.org/meetup">example.org/meetup</a>. The old address
<a href="https://evil.example.net/login">https://example.org/account</a> no longer works.<br><br>
<ul><li>Doors open at 18:30</li><li>Talks from 19:00</li></ul>
<pre><code>npm run demo -- --port 8080</code></pre>
Best,<br>Priya<br></div>
<div class="gmail_quote"><blockquote style="margin:0 0 0 .8ex;border-left:1px #ccc solid;padding-left:1ex">
<div>Shall we meet at the usual place? I would need the projector by Thursday.</div></blockquote></div>`;

const pixel =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

export const newsletterHtml = `<html><head><style><!--
  .button { background:#2b6cb0; color:#fff; padding:12px 28px; border-radius:6px; text-decoration:none; display:inline-block }
  .card { border:1px solid #e2e8f0; border-radius:8px; padding:16px }
  @media (max-width: 500px) { .col { display:block !important; width:auto !important } }
--></style></head>
<body bgcolor="#edf2f7" style="margin:0;font-family:Helvetica,Arial,sans-serif">
<table width="100%" cellpadding="0" cellspacing="0" bgcolor="#edf2f7"><tr><td align="center" style="padding:24px">
<table width="600" cellpadding="0" cellspacing="0" style="background:#ffffff;border-radius:10px">
<tr><td style="background-color:#1a365d;color:#fff;padding:28px;border-radius:10px 10px 0 0">
<img src="https://cdn.example.com/logo.png" width="120" height="36" alt="Weekly Types"><br>
<h1 style="margin:12px 0 0;font-size:26px">What is new in the compiler</h1></td></tr>
<tr><td style="padding:28px;color:#2d3748;line-height:1.6;font-size:15px">
<p>Hello Sam,</p>
<p>this week brings <b>faster incremental builds</b>, a smaller declaration emit and a long-awaited fix for
<code>satisfies</code> in default parameters.</p>
<table width="100%"><tr>
<td class="col" width="50%" style="padding:8px"><div class="card"><b>Builds</b><br>38 % less time on large workspaces.<br>
<img src="https://cdn.example.com/chart.png" width="200" height="80" alt="Build times"></div></td>
<td class="col" width="50%" style="padding:8px"><div class="card"><b>Editor</b><br>Go to definition through re-exports.<br>
<img src="${pixel}" width="200" height="80" alt=""></div></td></tr></table>
<p style="text-align:center"><a class="button" href="https://news.example.com/issue/48?u=1">Read the release notes</a></p>
</td></tr>
<tr><td style="padding:18px 28px;color:#718096;font-size:12px">You receive this because you signed up at news.example.com.
<a href="https://news.example.com/unsubscribe" style="color:#718096">Unsubscribe</a></td></tr>
</table></td></tr></table>
<img src="https://track.example.com/open.gif?id=1" width="1" height="1">
</body></html>`;

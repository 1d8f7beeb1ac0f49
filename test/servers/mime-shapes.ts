/** A message of a shape that mail programs send; its Message-ID is `<name@shapes.example>`. */
export interface MimeShape {
  readonly name: string;
  readonly raw: string;
}

const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

function shape(name: string, headers: readonly string[], body: readonly string[]): MimeShape {
  const own = headers.some((line) => line.startsWith('From:')) ? [] : ['From: Bob Shape <bob@example.test>'];
  const subject =
    headers.some((line) => line.startsWith('Subject:')) || name === 'no-subject' ? [] : [`Subject: ${name}`];
  const lines = [
    `Message-ID: <${name}@shapes.example>`,
    ...own,
    'To: Alice <alice@example.test>',
    ...subject,
    'Date: Mon, 02 Nov 2026 10:00:00 +0000',
    'MIME-Version: 1.0',
    ...headers,
    '',
    ...body,
    '',
  ];
  return { name, raw: lines.join('\r\n') };
}

const part = (headers: readonly string[], body: readonly string[]): string[] => [...headers, '', ...body];

function multipart(boundary: string, parts: readonly (readonly string[])[]): string[] {
  return [...parts.flatMap((lines) => [`--${boundary}`, ...lines]), `--${boundary}--`];
}

const plain = part(['Content-Type: text/plain; charset=utf-8'], ['The plain side.', '', '-- ', 'Bob']);
const html = part(['Content-Type: text/html; charset=utf-8'], ['<p>The <b>rich</b> side &amp; more.</p>']);
const image = part(
  [
    'Content-Type: image/png; name=pixel.png',
    'Content-Disposition: inline; filename=pixel.png',
    'Content-ID: <pixel@shapes>',
    'Content-Transfer-Encoding: base64',
  ],
  [pixel],
);
const withImage = part(
  ['Content-Type: text/html; charset=utf-8'],
  ['<style>p { color: red }</style><p>Look: <img src="cid:pixel@shapes"></p>'],
);
const pdf = part(
  [
    'Content-Type: application/pdf; name="report.pdf"',
    'Content-Disposition: attachment; filename="report.pdf"',
    'Content-Transfer-Encoding: base64',
  ],
  [Buffer.from('%PDF-1.4 not much of one, but forty octets.').toString('base64')],
);
const base64 = (text: string): string[] =>
  Buffer.from(text)
    .toString('base64')
    .match(/.{1,76}/g) ?? [];

export const mimeShapes: readonly MimeShape[] = [
  shape('bare', [], ['No type is told.']),
  shape(
    'plain',
    ['Content-Type: text/plain; charset=us-ascii'],
    ['Plain text.', '', '> quoted', 'An < and an & are text.'],
  ),
  shape(
    'html-only',
    ['Content-Type: text/html; charset=utf-8'],
    [
      '<html><head><title>Offer</title><style>p { margin: 0 }</style></head>',
      '<body><p>Only&nbsp;<i>HTML</i>, Gr&uuml;&#223;e</p></body></html>',
    ],
  ),
  shape('alternative', ['Content-Type: multipart/alternative; boundary=a1'], multipart('a1', [plain, html])),
  shape('related', ['Content-Type: multipart/related; boundary=r1'], multipart('r1', [withImage, image])),
  shape(
    'alternative-related',
    ['Content-Type: multipart/alternative; boundary=a2'],
    multipart('a2', [
      plain,
      part(['Content-Type: multipart/related; boundary=r2'], multipart('r2', [withImage, image])),
    ]),
  ),
  shape('mixed', ['Content-Type: multipart/mixed; boundary=m1'], multipart('m1', [plain, pdf])),
  shape(
    'mixed-alternative',
    ['Content-Type: multipart/mixed; boundary=m2'],
    multipart('m2', [
      part(['Content-Type: multipart/alternative; boundary=a3'], multipart('a3', [plain, html])),
      pdf,
      image,
    ]),
  ),
  // As mailing lists do it: the footer is a part of its own, and belongs to what is read.
  shape(
    'html-and-footer',
    ['Content-Type: multipart/mixed; boundary=m3'],
    multipart('m3', [html, part(['Content-Type: text/plain; charset=utf-8'], ['To <unsubscribe> & more'])]),
  ),
  shape(
    'picture-between',
    ['Content-Type: multipart/mixed; boundary=m4'],
    multipart('m4', [plain, image, part(['Content-Type: text/plain'], ['After the picture.'])]),
  ),
  shape(
    'forwarded',
    ['Content-Type: multipart/mixed; boundary=m5'],
    multipart('m5', [
      plain,
      part(
        ['Content-Type: message/rfc822', 'Content-Disposition: attachment; filename="inner mail.eml"'],
        part(
          [
            'From: Carol <carol@example.test>',
            'Subject: inner',
            'MIME-Version: 1.0',
            'Content-Type: multipart/mixed; boundary=i1',
          ],
          multipart('i1', [part(['Content-Type: text/plain'], ['Inside.']), pdf]),
        ),
      ),
    ]),
  ),
  shape(
    'forwarded-bare',
    ['Content-Type: multipart/mixed; boundary=m6'],
    multipart('m6', [
      plain,
      part(
        ['Content-Type: message/rfc822'],
        part(['Subject: nothing said of it', 'Content-Type: text/html'], ['<p>Inner</p>']),
      ),
    ]),
  ),
  shape(
    'latin1',
    [
      'Subject: =?iso-8859-1?Q?Gr=FC=DFe_aus_K=F6ln?=',
      'Content-Type: text/plain; charset=ISO-8859-1',
      'Content-Transfer-Encoding: quoted-printable',
    ],
    ['Gr=FC=DFe =3D aus K=F6ln, und weiter =', 'geht es.  ', 'Ende'],
  ),
  shape(
    'base64-utf8',
    [
      'Subject: =?utf-8?B?5pel5pys6Kqe?= and =?utf-8?Q?=F0=9F=93=AC?=',
      'Content-Type: text/plain; charset="UTF-8"',
      'Content-Transfer-Encoding: base64',
    ],
    base64('日本語のテキスト 📬\r\nund Grüße dazu.\r\n'),
  ),
  shape(
    'base64-html',
    ['Content-Type: text/html; charset=utf-8', 'Content-Transfer-Encoding: base64'],
    base64(
      `<html><body>${'<div class="spacer" style="margin:0;padding:0"></div>'.repeat(4)}<p>Grüße</p></body></html>`,
    ),
  ),
  shape('no-subject', ['Content-Type: text/plain'], ['Nobody said what this is.']),
  shape('empty', ['Content-Type: text/plain'], []),
  shape(
    'names',
    [
      'From: =?utf-8?Q?J=C3=B6rg_M=C3=BCller?= <joerg@example.test>',
      'Cc: "Doe, John" <john@example.test>, =?iso-8859-1?Q?Andr=E9?= <andre@example.test>',
      'Content-Type: text/plain',
    ],
    ['From somebody with a name.'],
  ),
  shape(
    'file-names',
    ['Content-Type: multipart/mixed; boundary=m7'],
    multipart('m7', [
      plain,
      part(
        [
          'Content-Type: application/octet-stream',
          "Content-Disposition: attachment; filename*=utf-8''gr%C3%BC%C3%9Fe.bin",
          'Content-Transfer-Encoding: base64',
        ],
        base64('one'),
      ),
      part(
        [
          'Content-Type: application/octet-stream',
          'Content-Disposition: attachment; filename*0*=utf-8\'\'sehr%20lang; filename*1="er name.bin"',
          'Content-Transfer-Encoding: base64',
        ],
        base64('two'),
      ),
      part(
        [
          'Content-Type: image/jpeg; name="=?utf-8?B?QsOkcmVuLmpwZw==?="',
          'Content-Disposition: attachment',
          'Content-Transfer-Encoding: base64',
        ],
        base64('three'),
      ),
      part(
        ['Content-Type: text/calendar; method=REQUEST; charset=utf-8', 'Content-Disposition: attachment'],
        ['BEGIN:VCALENDAR', 'END:VCALENDAR'],
      ),
    ]),
  ),
  shape(
    'signed',
    ['Content-Type: multipart/signed; protocol="application/pgp-signature"; micalg=pgp-sha256; boundary=s1'],
    multipart('s1', [
      plain,
      part(
        ['Content-Type: application/pgp-signature; name=signature.asc'],
        ['-----BEGIN PGP SIGNATURE-----', '-----END PGP SIGNATURE-----'],
      ),
    ]),
  ),
];

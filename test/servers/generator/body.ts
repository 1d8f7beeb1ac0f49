import type { Conversation } from './conversation';
import { filePart, multipart, textPart, type Part } from './mime';
import { random, type Random } from './random';
import { paragraph } from './words';

/** What every attachment is cut from: made once, since drawing every octet anew would take most of the time. */
const noise = makeNoise(600_000);

function makeNoise(length: number): Buffer {
  const draws = random(99);
  return Buffer.from(Uint8Array.from({ length }, () => draws.integer(0, 255)));
}

/** Octets that look like a hash or signature and differ from message to message. */
export const noiseFor = (index: number, length: number): Buffer =>
  noise.subarray(index % 9000, (index % 9000) + length);

/** A PNG of one pixel: inline images that a reader can really show. */
const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

const files = [
  { name: 'report.pdf', type: 'application/pdf' },
  { name: 'Rechnung für März.pdf', type: 'application/pdf' },
  { name: '請求書.pdf', type: 'application/pdf' },
  { name: 'photo.jpg', type: 'image/jpeg' },
  { name: 'figures.xlsx', type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' },
  { name: 'logs.zip', type: 'application/zip' },
] as const;

/** The body of a message, with the `Content-…` header fields that go with it. */
export function bodyOf(index: number, parent: number | undefined, about: Conversation, seed: number): Part {
  const text = [...linesOf(index, parent, about, seed), ''].join('\r\n');
  const draws = random(seed, index, 5);
  const boundary = `=_${seed}_${index}`;
  if (about.kind === 'patch') return textPart('plain', text, 'utf-8', true);
  const look = about.kind === 'newsletter' ? newsletterHtml : about.kind === 'notification' ? tableHtml : plainHtml;
  const html = look(text, index, about);
  const alternative = (name: string): Part =>
    multipart('alternative', name, [textPart('plain', text, 'utf-8'), textPart('html', html, 'utf-8')]);

  const kind = draws.next();
  if (kind < 0.3)
    return textPart('plain', text, draws.chance(0.5) ? about.language.legacyCharset : 'utf-8', draws.chance(0.7));
  if (kind < 0.72) return alternative(boundary);
  if (kind < 0.78) return textPart('html', html, 'utf-8');
  if (kind < 0.82) return multipart('mixed', boundary, [textPart('plain', text, 'utf-8'), invitation(index, about)]);
  if (kind < 0.95) return multipart('mixed', boundary, [alternative(`${boundary}a`), ...attachments(draws, index)]);
  const image = filePart({
    name: 'pixel.png',
    type: 'image/png',
    content: pixel,
    contentId: `image${index}@gen.example`,
  });
  const shown = html.replace('</body>', `<p><img src="cid:image${index}@gen.example" alt="chart"></p>\r\n</body>`);
  return multipart('related', boundary, [textPart('html', shown, 'utf-8'), image]);
}

function attachments(draws: Random, index: number): Part[] {
  const isLarge = draws.chance(0.13);
  const size = isLarge ? draws.integer(50_000, 350_000) : draws.integer(2_000, 32_000);
  const count = draws.chance(0.2) ? 2 : 1;
  return Array.from({ length: count }, (_, number) =>
    filePart({ ...draws.pick(files), content: noiseFor(index + number, Math.ceil(size / count)) }),
  );
}

/** The plain text: greeting, paragraphs, the quoted parent below, a signature. Patches hold a diff instead. */
function linesOf(index: number, parent: number | undefined, about: Conversation, seed: number): string[] {
  const { language, participants } = about;
  const own = ownLines(index, about, seed);
  const quoted =
    parent === undefined
      ? []
      : [
          '',
          `> ${language.greeting}`,
          ...ownLines(parent, about, seed)
            .slice(0, 8)
            .map((line) => `> ${line}`),
        ];
  const name = participants[index % participants.length]?.name ?? '';
  return [
    language.greeting,
    '',
    ...own,
    ...quoted,
    '',
    language.closing,
    name,
    '',
    '-- ',
    `${name} · https://gen.example/`,
  ];
}

function ownLines(index: number, { kind, language }: Conversation, seed: number): string[] {
  const draws = random(seed, index, 4);
  const paragraphs = Array.from({ length: draws.integer(1, 6) }, () => paragraph(draws, language, draws.integer(2, 9)));
  const lines = paragraphs.flatMap((part) => [...part, '']).slice(0, -1);
  return kind === 'patch' ? [...lines, ...diff(draws, index)] : lines;
}

function diff(draws: Random, index: number): string[] {
  const lines = Array.from({ length: draws.integer(4, 24) }, (_, number) =>
    number % 3 === 0 ? `-  const value${number} = read(${index});` : `+  const value${number} = await read(${index});`,
  );
  const file = `src/part${index % 40}.ts`;
  return [
    '---',
    `diff --git a/${file} b/${file}`,
    `--- a/${file}`,
    `+++ b/${file}`,
    `@@ -1,${lines.length} +1 @@`,
    ...lines,
  ];
}

const escapeHtml = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

function htmlPage(about: Conversation, style: string, content: string): string {
  const direction = about.language.rightToLeft === true ? ' dir="rtl"' : '';
  const head = `<head><meta charset="utf-8"><style>${style}</style></head>`;
  return `<!DOCTYPE html>\r\n<html lang="${about.language.code}"${direction}>${head}\r\n<body>\r\n${content}\r\n</body></html>\r\n`;
}

function plainHtml(text: string, _index: number, about: Conversation): string {
  const paragraphs = escapeHtml(text).split('\r\n\r\n');
  return htmlPage(about, '', paragraphs.map((part) => `<p>${part.replace(/\r\n/g, '<br>\r\n')}</p>`).join('\r\n'));
}

/** Nested tables, remote pictures, tracked links and a pixel that reports the opening. */
function newsletterHtml(text: string, index: number, about: Conversation): string {
  const rows = text
    .split('\r\n')
    .filter(Boolean)
    .map((line, row) => {
      const words = escapeHtml(line);
      const offer = `<a href="https://shop.example/c?i=${index}&amp;r=${row}"><img src="https://cdn.shop.example/p/${index}-${row}.jpg" width="280" alt="${words.slice(0, 20)}"></a>`;
      return `<tr><td style="padding:8px;font-family:Arial;color:#333333">${words}${row % 4 === 3 ? `<br>${offer}` : ''}</td></tr>`;
    });
  const pixelImage = `<img src="https://track.shop.example/open/${index}.gif" width="1" height="1" alt="">`;
  const table = `<table width="600" align="center" bgcolor="#ffffff" cellpadding="0">\r\n${rows.join('\r\n')}\r\n</table>`;
  const style = 'td{line-height:1.5}@media(max-width:480px){table{width:100%!important}}';
  return htmlPage(
    about,
    style,
    `<table width="100%" bgcolor="#f4f4f4"><tr><td>\r\n${table}\r\n</td></tr></table>\r\n${pixelImage}`,
  );
}

function tableHtml(text: string, index: number, about: Conversation): string {
  const rows = text
    .split('\r\n')
    .filter(Boolean)
    .slice(0, 12)
    .map(
      (line, row) =>
        `<tr><td><code>step-${row}</code></td><td>${escapeHtml(line)}</td><td>${(index + row) % 5} s</td></tr>`,
    );
  const link = `<p><a href="https://builds.example/${index}">View build</a></p>`;
  return htmlPage(about, 'td{border:1px solid #ccc}', `<table>\r\n${rows.join('\r\n')}\r\n</table>\r\n${link}`);
}

function invitation(index: number, about: Conversation): Part {
  const calendar = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//gen.example//test//EN',
    'METHOD:REQUEST',
    'BEGIN:VEVENT',
    `UID:event-${index}@gen.example`,
    'DTSTAMP:20261001T090000Z',
    `DTSTART:202611${String((index % 28) + 1).padStart(2, '0')}T140000Z`,
    'DURATION:PT45M',
    `SUMMARY:${about.subject}`,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ];
  const part = textPart('calendar', calendar.join('\r\n'), 'utf-8');
  return { ...part, headers: part.headers.map((header) => header.replace('utf-8', 'utf-8; method=REQUEST')) };
}

import { crc32, deflateRawSync, deflateSync } from 'node:zlib';

/* Files for the demo, made here so that none has to be kept: a picture, a PDF and a ZIP, all real and all tiny. */

type Colour = [red: number, green: number, blue: number];

/** A PNG of which each pixel is asked for. */
export function png(width: number, height: number, colourAt: (x: number, y: number) => Colour): Buffer {
  const rows = Array.from({ length: height }, (_, y) =>
    // Each row begins with its filter: none.
    Buffer.from([0, ...Array.from({ length: width }, (__, x) => colourAt(x, y)).flat()]),
  );
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // 8 bits a channel, true colour.
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(Buffer.concat(rows))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  return Buffer.concat([uint32(data.length), body, uint32(crc32(body))]);
}

function uint32(value: number): Buffer {
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(value);
  return octets;
}

/** A teapot, seen from the side, on a ground of the given colour. */
export function teapotPicture(size: number, ground: Colour, pot: Colour): Buffer {
  const inside = (x: number, y: number) => {
    const [u, v] = [(x / size) * 2 - 1, (y / size) * 2 - 1];
    const body = u ** 2 / 0.28 + (v - 0.15) ** 2 / 0.2 < 1;
    const knob = u ** 2 + (v + 0.4) ** 2 < 0.012;
    const ring = (u - 0.58) ** 2 / 0.05 + (v - 0.1) ** 2 / 0.08;
    const handle = ring < 1 && ring > 0.4;
    const spout = u < -0.4 && u > -0.85 && Math.abs(v - 0.1 - (u + 0.5) * 0.9) < 0.09;
    return body || knob || handle || spout;
  };
  return png(size, size, (x, y) => (inside(x, y) ? pot : ground));
}

/** A bar chart. @param values from 0 to 1 */
export function chartPicture(values: number[], bar: Colour): Buffer {
  const [barWidth, gap, height] = [26, 8, 120];
  const width = values.length * (barWidth + gap) + gap;
  return png(width, height, (x, y) => {
    const index = Math.floor((x - gap / 2) / (barWidth + gap));
    const inBar = (x - gap / 2) % (barWidth + gap) > gap / 2 && (x - gap / 2) % (barWidth + gap) < barWidth + gap / 2;
    return inBar && y > height - (values[index] ?? 0) * (height - 12) ? bar : [248, 248, 246];
  });
}

/** A PDF of one page with these lines of ASCII text. */
export function pdf(title: string, lines: string[]): Buffer {
  const escaped = (text: string) => text.replace(/[\\()]/g, '\\$&');
  const shown = lines.map((line) => `(${escaped(line)}) Tj T*`).join('\n');
  const content = `BT /F1 20 Tf 60 770 Td (${escaped(title)}) Tj ET\nBT /F2 11 Tf 60 735 Td 16 TL\n${shown}\nET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold >>',
    '<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>',
  ];
  let file = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = file.length;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const entries = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${entries}`;
  const trailer = `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${file.length}\n%%EOF\n`;
  return Buffer.from(file + table + trailer, 'latin1');
}

/** A ZIP archive of text files. */
export function zip(files: { name: string; text: string }[]): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, text } of files) {
    const data = Buffer.from(text);
    const packed = deflateRawSync(data);
    const fields = Buffer.alloc(26);
    // Version 2.0, UTF-8 names, deflate; the time stays at the format's own beginning.
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(0x0800, 2);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt16LE(0x21, 8);
    fields.writeUInt32LE(crc32(data), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(data.length, 18);
    fields.writeUInt16LE(Buffer.byteLength(name), 22);
    const entry = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, Buffer.from(name), packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    central.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), fields, rest, Buffer.from(name)]));
    local.push(entry);
    offset += entry.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...local, directory, Buffer.from('PK\x05\x06', 'latin1'), end]);
}

/** Octets of a part, freed from its Content-Transfer-Encoding (RFC 2045 §6). Damage is passed over, never an error. */
export function decodeTransfer(octets: Buffer, encoding: string): Buffer {
  if (encoding === 'base64') return Buffer.from(octets.toString('latin1').replaceAll(/[^A-Za-z0-9+/=]/g, ''), 'base64');
  return encoding === 'quoted-printable' ? decodeQuotedPrintable(octets) : octets;
}

function decodeQuotedPrintable(octets: Buffer): Buffer {
  const text = octets
    .toString('latin1')
    .replaceAll(/[ \t]+(?=\r?\n|$)/g, '')
    // What was cut may end in half of an octet.
    .replaceAll(/=\r?\n|=[0-9A-F]?$/gi, '')
    .replaceAll(/=([0-9A-F]{2})/gi, (_whole, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(text, 'latin1');
}

/** Names that mail uses and the Encoding standard lacks. */
const aliases: Readonly<Record<string, string>> = {
  'cp-850': 'windows-1252',
  cp850: 'windows-1252',
  'utf-7': 'utf-8',
  utf8mb4: 'utf-8',
  'x-unknown': 'utf-8',
  'unknown-8bit': 'windows-1252',
  ansi_x3: 'windows-1252',
};

/** Text of decoded octets. A charset that is missing, unknown or wrong: UTF-8 if it is that, else windows-1252. */
export function decodeCharset(octets: Buffer, charset: string | null): string {
  const name = charset?.trim().toLowerCase() ?? '';
  const known = aliases[name] ?? name;
  const text = known === '' || known === 'us-ascii' || known === 'utf-8' ? guess(octets) : decodeAs(octets, known);
  return text.replaceAll('\r\n', '\n').replaceAll('\0', '').toWellFormed();
}

function decodeAs(octets: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset).decode(octets);
  } catch {
    return guess(octets);
  }
}

function guess(octets: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch {
    // Cut in the middle of a character, or not UTF-8 at all.
    const lenient = new TextDecoder().decode(octets);
    const broken = lenient.split('\ufffd').length - 1;
    return broken <= 1 ? lenient : new TextDecoder('windows-1252').decode(octets);
  }
}

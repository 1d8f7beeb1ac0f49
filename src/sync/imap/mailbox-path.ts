/**
 * A mailbox's remote id is its path as the server wrote it (modified UTF-7, RFC 3501 §5.1.3), so it can always be sent
 * back as it came; only what people read is decoded.
 */
export function decodeName(wire: string): string {
  const decoded = wire.replaceAll(/&([A-Za-z0-9+,]*)-/g, (sequence, base64: string) => {
    if (base64 === '') return '&';
    const octets = Buffer.from(base64.replaceAll(',', '/'), 'base64');
    return octets.length % 2 === 0 ? octets.swap16().toString('utf16le') : sequence;
  });
  return decoded.toWellFormed().replaceAll('\0', '');
}

/** INBOX is the same in any case (RFC 9051 §5.1): one name for it here. */
export function normalPath(path: string): string {
  return path.toUpperCase() === 'INBOX' ? 'INBOX' : path;
}

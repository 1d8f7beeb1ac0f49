/** A decoder for a MIME charset, or undefined for one that nobody knows. */
export function charsetDecoder(charset: string): TextDecoder | undefined {
  try {
    return new TextDecoder(charset.trim().toLowerCase());
  } catch {
    return undefined;
  }
}

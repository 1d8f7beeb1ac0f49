/** Decodes one `xn--` label (RFC 3492 §6.2), without its prefix; null where it is malformed. Pure: for host and page. */
function decodeLabel(label: string): string | null {
  const output: number[] = [];
  const basicEnd = label.lastIndexOf('-');
  for (let at = 0; at < basicEnd; at++) output.push(label.charCodeAt(at));
  let n = 128;
  let bias = 72;
  let i = 0;
  for (let at = basicEnd + 1; at < label.length;) {
    const before = i;
    let weight = 1;
    for (let k = 36; ; k += 36) {
      const digit = digitOf(label.charCodeAt(at++));
      if (digit === null) return null;
      i += digit * weight;
      const threshold = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;
      if (digit < threshold) break;
      weight *= 36 - threshold;
      if (weight > 0x7fffffff) return null;
    }
    const length = output.length + 1;
    bias = adapt(i - before, length, before === 0);
    n += Math.floor(i / length);
    if (n > 0x10ffff) return null;
    i %= length;
    output.splice(i++, 0, n);
  }
  return String.fromCodePoint(...output);
}

function digitOf(code: number): number | null {
  if (code >= 97 && code <= 122) return code - 97;
  if (code >= 65 && code <= 90) return code - 65;
  if (code >= 48 && code <= 57) return code - 22;
  return null;
}

function adapt(delta: number, length: number, first: boolean): number {
  let rest = first ? Math.floor(delta / 700) : delta >> 1;
  rest += Math.floor(rest / length);
  let k = 0;
  for (; rest > 455; k += 36) rest = Math.floor(rest / 35);
  return k + Math.floor((36 * rest) / (rest + 38));
}

/** A host as people read it: `xn--mnchen-3ya.de` → `münchen.de`. Labels that are malformed stay as they are. */
export function hostToUnicode(host: string): string {
  return host
    .split('.')
    .map((label) => (/^xn--/i.test(label) && label.length <= 63 ? (decodeLabel(label.slice(4)) ?? label) : label))
    .join('.');
}

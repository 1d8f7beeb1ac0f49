// The engine keeps credentials out of the log (S38). This is the second lock: a server may quote a request in its error,
// and people paste logs into bug reports.
const patterns: readonly (readonly [RegExp, string])[] = [
  // RFC 9110 §11.6.2: scheme and credentials, in the field or quoted by themselves. "Basic checks" is prose.
  [/\b(authorization["']?\s*[:=]\s*["']?[a-z]+)\s+[^\s"']+/gi, '$1 •••'],
  [/\b(basic|bearer|Basic|Bearer)\s+(?=\S*[A-Z0-9=])[A-Za-z0-9._~+/-]{6,}=*/g, '$1 •••'],
  // RFC 3986 §3.2.1: user information in a URL.
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@:]*(?::[^\s/@]*)?@/gi, '$1•••@'],
  [
    /\b((?:access_|refresh_)?token|password|passwd|pwd|secret|api[_-]?key)(["']?\s*[=:]\s*["']?)[^\s"'&,;]+/gi,
    '$1$2•••',
  ],
];

/** The text with whatever looks like a credential blotted out. */
export function withoutCredentials(text: string): string {
  return patterns.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text);
}

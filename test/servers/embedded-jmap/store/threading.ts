import type { Buffer } from 'node:buffer';

import { headerText, messageIds } from '../mime/header-forms';
import { firstHeader, parseHeader } from '../mime/parse-message';

/**
 * The keys of a message for threading: two messages with a key in common are one conversation. That is a message id
 * that either has or names, with the same base subject (the algorithm suggested in RFC 8621 §3).
 */
export function threadKeys(raw: Buffer): string[] {
  const headers = parseHeader(raw);
  const subject = baseSubject(headerText(firstHeader(headers, 'Subject') ?? ''));
  const ids = ['Message-ID', 'In-Reply-To', 'References'].flatMap(
    (name) => messageIds(firstHeader(headers, name) ?? '') ?? [],
  );
  return [...new Set(ids)].map((id) => `${id}\0${subject}`);
}

/** A subject without its reply and forward prefixes, list tags and spaces (RFC 5256 §2.1). */
export function baseSubject(subject: string): string {
  let base = subject;
  for (let before = ''; before !== base;) {
    before = base;
    base = base
      .replace(/^\s*(?:re|fwd?|aw|wg|sv|vs|antw)\s*(?:\[[^\]]*\])?\s*:\s*/i, '')
      .replace(/^\s*\[[^\]]*\]\s*(?=\S)/, '')
      .replace(/\s*\(fwd\)\s*$/i, '');
  }
  return base.replace(/\s+/g, '').toLowerCase();
}

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { syncErrorReasons } from '../../../../src/model/sync-error-reasons';
import { isOwnSentence } from '../../../../src/views/sync-log/own-sentences';
import { isKind, isReason } from '../../../../src/views/sync-log/own-words';

const sync = path.resolve(import.meta.dirname, '../../../../src/sync');
const files = readdirSync(sync, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const texts = files.map((file) => readFileSync(path.join(sync, file), 'utf8'));
const all = (pattern: RegExp): string[] =>
  texts.flatMap((text) => [...text.matchAll(pattern)].map((match) => match.slice(1).findLast(Boolean) ?? ''));

describe('what a bug report takes for our own words', () => {
  it('holds every warning of the sync: a new one belongs in own-sentences.ts', () => {
    const warnings = all(/\bwarn\(\s*(?:'((?:[^'\\]|\\.)+)'|`([^`]+)`)/g);
    expect(warnings.length).toBeGreaterThan(12);
    const unknown = warnings
      // A reason is one of those that the list has, too.
      .map((warning) => warning.replace('${doubt}', 'the list changed meanwhile').replaceAll(/\$\{[^}]*\}/g, '7'))
      .filter((warning) => !isOwnSentence(warning));
    expect(unknown).toEqual([]);
  });

  it('holds every doubt about a list', () => {
    const walk = texts[files.indexOf(path.join('jmap', 'id-walk.ts'))] ?? '';
    const found = [...walk.matchAll(/'(the [^']+)'|`((?:an empty|\$\{ids\.size\} ids)[^`]+)`/g)];
    const doubts = found.map(([, plain, template]) => (plain ?? template ?? '').replaceAll(/\$\{[^}]*\}/g, '7'));
    expect(doubts.length).toBeGreaterThan(3);
    const sentence = (doubt: string): string =>
      `Nothing is deleted here, because the server's list of messages was not certainly complete: ${doubt}.`;
    expect(doubts.filter((doubt) => !isOwnSentence(sentence(doubt)))).toEqual([]);
  });

  it('holds every kind of entry and every reason of an error', () => {
    const kinds = all(/(?:timer\.entry\([^']*'[a-z]+', |logError\(timer, |kind: )'([a-z-]+)'/g);
    expect(new Set(kinds).size).toBeGreaterThan(5);
    expect(kinds.filter((kind) => !isKind(kind))).toEqual([]);
    expect(syncErrorReasons.filter((reason) => !isReason(reason))).toEqual([]);
  });

  it('holds what the database says of itself, without a path', () => {
    const db = path.resolve(import.meta.dirname, '../../../../src/db');
    const text = ['rescue.ts', 'open-mail-db.ts'].map((file) => readFileSync(path.join(db, file), 'utf8')).join('\n');
    const said = [...text.matchAll(/^ {2,4}(?:message|damaged|missing|restored): (?:'([^']+)'|`([^`]+)`)/gm)];
    const sentences = said.map((match) => match.slice(1).findLast(Boolean) ?? '');
    expect(sentences).toHaveLength(4);
    expect(sentences.filter((sentence) => !isOwnSentence(sentence))).toEqual([]);
    expect(isKind('database')).toBe(true);
  });
});

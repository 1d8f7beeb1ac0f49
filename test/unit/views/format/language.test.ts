import { describe, expect, it } from 'vitest';
import { formatCount } from '../../../../src/views/format/counts';
import { dateLocale } from '../../../../src/views/format/language';

describe('dateLocale', () => {
  it('takes the system’s region where the language is the same', () => {
    expect(dateLocale('en', 'en-GB')).toBe('en-GB');
  });

  it('takes the language of the interface where they differ', () => {
    expect(dateLocale('de', 'en-US')).toBe('de');
  });

  it('falls back to what there is', () => {
    expect(dateLocale('not a locale', 'fr-FR')).toBe('fr-FR');
    expect(dateLocale('not a locale', '')).toBe('en');
  });
});

describe('formatCount', () => {
  it('writes numbers as the locale does', () => {
    expect(formatCount(1200, 'en')).toBe('1,200');
    expect(formatCount(1200, 'de')).toBe('1.200');
  });
});

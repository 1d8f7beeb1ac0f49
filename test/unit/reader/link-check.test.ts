import { domainToASCII, domainToUnicode } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkLink } from '../../../src/views/reader/link-check';
import { hostToUnicode } from '../../../src/views/reader/punycode';

const kinds = (href: string, text = '') => {
  const check = checkLink(href, text);
  return check.ok ? check.warnings.map(({ kind }) => kind) : check.reason;
};

describe('only http, https and mailto are links', () => {
  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    'vscode://publisher.extension/run',
    'command:workbench.action.quit',
    'ftp://example.org/',
    'blob:https://example.org/1',
    'tel:+4912345',
    'ms-msdt:/id',
  ])('%s is refused by its scheme', (href) => {
    expect(kinds(href)).toBe('scheme');
  });

  it.each([
    '',
    'relative/path',
    '#anchor',
    'http://',
    'https://[::1',
    'http://a b/',
    `https://example.org/${'x'.repeat(9000)}`,
  ])('%j is not valid', (href) => {
    expect(kinds(href)).toBe('invalid');
  });

  it('opens what the URL parser made of it, and names its host and port', () => {
    expect(checkLink('  HTTPS://Example.ORG:8443/a b?c=%2F#d ', '')).toEqual({
      ok: true,
      kind: 'web',
      url: 'https://example.org:8443/a%20b?c=%2F#d',
      target: 'example.org:8443',
      warnings: [],
    });
    expect(checkLink('//cdn.example.org/x', '')).toMatchObject({ ok: true, url: 'https://cdn.example.org/x' });
  });

  it('a mail link names its address, not its headers', () => {
    expect(checkLink('mailto:ana@example.org?subject=Hi&bcc=x@evil.example', 'write')).toMatchObject({
      ok: true,
      kind: 'mail',
      target: 'ana@example.org',
      warnings: [],
    });
    expect(kinds('mailto:x@evil.example', 'ana@example.org')).toEqual(['other-host']);
    expect(checkLink('mailto:%zz@example.org', '')).toMatchObject({ target: '%zz@example.org' });
  });
});

describe('a text that names another host is flagged', () => {
  it.each([
    ['https://evil.example.net/', 'https://bank.example/login'],
    ['https://evil.example.net/', 'bank.example'],
    ['https://evil.example.net/', 'Go to www.bank.example now'],
    ['https://evil.example.net/', 'b\u200Bank.example'],
    ['https://bank.example.evil.net/', 'bank.example'],
    ['https://notbank.example/', 'bank.example'],
    ['https://evil.example.net/', '(bank.example)'],
    ['https://evil.example.net/?u=https://bank.example', 'https://bank.example'],
  ])('%s as %j', (href, text) => {
    expect(kinds(href, text)).toEqual(['other-host']);
  });

  it.each([
    ['https://bank.example/login', 'https://bank.example/login'],
    ['https://www.bank.example/', 'bank.example'],
    ['https://login.bank.example/', 'bank.example'],
    ['https://bank.example/', 'www.bank.example'],
    ['https://bank.example/', 'Sign in'],
    ['https://git.example.org/x', 'README.md and index.ts'],
    ['https://git.example.org/x', 'version 1.2.3'],
    ['https://git.example.org/x', ''],
    ['https://münchen.example/', 'münchen.example'],
  ])('%s as %j is not', (href, text) => {
    expect(kinds(href, text)).not.toContain('other-host');
  });

  it('tells both hosts', () => {
    expect(checkLink('https://evil.example.net/', 'bank.example')).toMatchObject({
      target: 'evil.example.net',
      warnings: [{ kind: 'other-host', textHost: 'bank.example' }],
    });
  });
});

describe('other tricks are told', () => {
  it('userinfo before the real host', () => {
    expect(kinds('https://bank.example@evil.example.net/')).toEqual(['userinfo']);
    expect(kinds('https://bank.example:pass@evil.example.net/')).toEqual(['userinfo']);
  });

  it('international names, decoded and in ASCII', () => {
    expect(checkLink('https://аpple.example/', '')).toMatchObject({
      target: 'xn--pple-43d.example',
      warnings: [{ kind: 'international', unicodeHost: 'аpple.example' }],
    });
  });

  it('bare addresses, however they are written', () => {
    for (const href of ['http://192.0.2.1/', 'http://3221225985/', 'http://0xC0000201/', 'http://[2001:db8::1]/']) {
      expect(kinds(href)).toEqual(['ip-address']);
    }
  });
});

describe('hostToUnicode', () => {
  it('agrees with the platform on every international name', () => {
    for (const name of [
      'münchen.de',
      'правда.рф',
      '例え.テスト',
      'bücher.example',
      'xn--nothing valid',
      '💌.example',
    ]) {
      const ascii = domainToASCII(name);
      if (ascii !== '') expect(hostToUnicode(ascii)).toBe(domainToUnicode(ascii));
    }
  });

  it('never throws, and leaves what is malformed as it is', () => {
    expect(hostToUnicode('xn--99999999999999.de')).toBe('xn--99999999999999.de');
    fc.assert(fc.property(fc.string({ maxLength: 80 }), (text) => typeof hostToUnicode(`xn--${text}`) === 'string'));
  });
});

it('checkLink never throws and never passes another scheme', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.string({ unit: 'binary', maxLength: 200 }),
      (href, text) => {
        const check = checkLink(href, text);
        return !check.ok || /^(?:https?:\/\/|mailto:)/.test(check.url);
      },
    ),
  );
});

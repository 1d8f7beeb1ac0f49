import { describe, expect, it } from 'vitest';
import { parseServerAddress } from '../../../../src/sync/discovery/address';
import { autoconfigUrls, fetchAutoconfig, readAutoconfig } from '../../../../src/sync/discovery/autoconfig';
import { parseXml } from '../../../../src/sync/discovery/strict-xml';
import { serve } from '../jmap-client/http-server';

const never = new AbortController().signal;

const server = (kind: string, type: string, host: string, port: number, socketType: string, more = '') =>
  `<${kind} type="${type}"><hostname>${host}</hostname><port>${port}</port><socketType>${socketType}</socketType>` +
  `<username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication>${more}</${kind}>`;

const file = (...servers: string[]) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<!-- made by hand -->\n<clientConfig version="1.1"><emailProvider id="example.com">` +
  `<domain>example.com</domain><displayName>A &amp; B</displayName>${servers.join('\n')}</emailProvider></clientConfig>`;

const usual = file(
  server('incomingServer', 'pop3', 'pop.example.com', 995, 'SSL'),
  server('incomingServer', 'imap', 'imap.example.com', 143, 'STARTTLS'),
  server('incomingServer', 'imap', 'IMAP.%EMAILDOMAIN%', 993, 'SSL'),
  server('outgoingServer', 'smtp', 'smtp.example.com', 587, 'STARTTLS'),
);

describe("Thunderbird's configuration file", () => {
  it('names the servers, TLS before STARTTLS, with the address filled in', () => {
    expect(readAutoconfig(usual, 'alice@example.com')).toEqual({
      imap: { host: 'imap.example.com', port: 993, security: 'tls', pinnedCertificate: null },
      smtp: { host: 'smtp.example.com', port: 587, security: 'starttls', pinnedCertificate: null },
      username: 'alice@example.com',
    });
  });

  it('leads to no server without encryption, but on this computer', () => {
    const plain = (host: string) => file(server('incomingServer', 'imap', host, 143, 'plain'));
    expect(readAutoconfig(plain('imap.example.com'), 'a@example.com')).toBeNull();
    expect(readAutoconfig(plain('127.0.0.1'), 'a@example.com')?.imap.security).toBe('none');
  });

  it('leads to no server that wants something else than a password', () => {
    const oauth = server('incomingServer', 'imap', 'imap.example.com', 993, 'SSL').replace(
      'password-cleartext',
      'OAuth2',
    );
    expect(readAutoconfig(file(oauth), 'a@example.com')).toBeNull();
    const both = oauth.replace(
      '</incomingServer>',
      '<authentication>password-cleartext</authentication></incomingServer>',
    );
    expect(readAutoconfig(file(both), 'a@example.com')).not.toBeNull();
  });

  it.each([
    ['imap.example.com/evil', 993, 'SSL'],
    ['imap.example.com@evil.example', 993, 'SSL'],
    ['', 993, 'SSL'],
    ['imap.example.com', 0, 'SSL'],
    ['imap.example.com', 99_999, 'SSL'],
    ['imap.example.com', 993, 'constructor'],
  ])('leads to no server that makes no sense: %s:%i %s', (host, port, socketType) => {
    expect(readAutoconfig(file(server('incomingServer', 'imap', host, port, socketType)), 'a@b.example')).toBeNull();
  });

  it.each([
    ['nothing', ''],
    ['a page', '<!DOCTYPE html><html><body>Hello</body></html>'],
    ['another document', '<config/>'],
    ['no servers', '<clientConfig version="1.1"/>'],
  ])('is not %s', (_, document) => expect(readAutoconfig(document, 'a@example.com')).toBeNull());
});

describe('the XML reader', () => {
  it('reads elements, attributes, text, CDATA and the entities that XML has', () => {
    expect(parseXml(`\uFEFF<a x='1' y="&lt;2&#x41;"><!-- no --> t <b/><![CDATA[<c>]]>&amp;&#66;</a>\n`)).toEqual({
      name: 'a',
      attributes: new Map([
        ['x', '1'],
        ['y', '<2A'],
      ]),
      children: [{ name: 'b', attributes: new Map(), children: [], text: '' }],
      text: 't <c>&B',
    });
  });

  it.each([
    ['a document type, and so entities of its own', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ['an unknown entity', '<a>&constructor;</a>'],
    ['an open entity', '<a>&amp</a>'],
    ['an open element', '<a><b></a>'],
    ['a wrong end', '<a></b>'],
    ['an end too many', '<a/></a>'],
    ['two roots', '<a/><b/>'],
    ['text outside', '<a/>b'],
    ['an attribute twice', '<a x="1" x="2"/>'],
    ['an attribute without quotes', '<a x=1/>'],
    ['elements without end', '<a>'.repeat(100) + '</a>'.repeat(100)],
    ['too many elements', `<a>${'<b/>'.repeat(5000)}</a>`],
  ])('refuses %s', (_, document) => expect(parseXml(document)).toBeNull());

  it('is not slow at what was made to be', () => {
    expect(parseXml(`<a ${' x'.repeat(20_000)}`)).toBeNull();
    expect(parseXml('<!--'.repeat(20_000))).toBeNull();
    expect(parseXml(`<a x="${'y'.repeat(100_000)}`)).toBeNull();
  });
});

describe('where it is looked for', () => {
  const urls = (address: string) => autoconfigUrls(parseServerAddress(address)).map(({ href }) => href);

  it('at the domain by https only, and by http on this computer', () => {
    expect(urls('a.b@example.com')).toEqual([
      'https://autoconfig.example.com/mail/config-v1.1.xml?emailaddress=a.b%40example.com',
      'https://example.com/.well-known/autoconfig/mail/config-v1.1.xml',
    ]);
    expect(urls('example.com:8443')).toEqual([]);
    expect(urls('localhost:8080')).toContain('http://localhost:8080/.well-known/autoconfig/mail/config-v1.1.xml');
  });

  const answering = async (status: number, body: string, headers: Record<string, string> = {}) => {
    const seen: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(status, headers).end(body);
    });
    const config = await fetchAutoconfig(parseServerAddress(`alice@${new URL(url).host}`), never);
    expect(new Set(seen)).toEqual(new Set([undefined]));
    return config;
  };

  it('is fetched without a credential', async () => {
    expect(await answering(200, usual)).toMatchObject({ imap: { port: 993 }, source: '127.0.0.1' });
  });

  it.each<[string, number, string, Record<string, string>]>([
    ['a missing page', 404, usual, {}],
    ['a page', 200, '<html><p>Welcome</html>', {}],
    ['more than a file can be', 200, usual + ' '.repeat(200_000), {}],
    ['a redirect to plain http on another machine', 302, '', { location: 'http://example.invalid/' }],
  ])('is not taken from %s', async (_, status, body, headers) => {
    expect(await answering(status, body, headers)).toBeNull();
  });
});

import { describe, expect, it } from 'vitest';
import { withoutCredentials } from '../../../../src/views/sync-log/without-credentials';

describe('S38: withoutCredentials', () => {
  it.each([
    ['Authorization: Bearer abc.def-123', 'Authorization: Bearer •••'],
    ['"authorization":"Bearer lowercase"', '"authorization":"Bearer •••"'],
    ['sent basic dXNlcjpwYXNz==', 'sent basic •••'],
    ['GET https://ada:pw@x.org/a', 'GET https://•••@x.org/a'],
    ['GET https://token@x.org/a', 'GET https://•••@x.org/a'],
    ['{"access_token":"abc","x":1}', '{"access_token":"•••","x":1}'],
    ['?api_key=abc&x=1', '?api_key=•••&x=1'],
    ['password: hunter2', 'password: •••'],
  ])('blots out %s', (text, expected) => expect(withoutCredentials(text)).toBe(expected));

  it.each(['The server does basic checks', 'https://x.org/a@b', 'Wrong password', '404 https://x.org/'])(
    'leaves %s alone',
    (text) => expect(withoutCredentials(text)).toBe(text),
  );
});

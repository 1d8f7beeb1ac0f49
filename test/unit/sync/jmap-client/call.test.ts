import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { decodeAnswers, encodeRequest, MethodError, type Call } from '../../../../src/sync/jmap/call';
import { thrownBy } from './failing';

const call = (name: string, id: string, args = {}): Call => ({ name, args, id });
const decode = (methodResponses: unknown, calls: readonly Call[]) =>
  decodeAnswers({ methodResponses, sessionState: 's' }, calls, 'mail.example.test').answers;

describe('a request', () => {
  it('names the account where a call does not, and the capabilities that its calls need', () => {
    const calls = [
      call('Core/echo', '0', { a: 1 }),
      call('Mailbox/get', '1'),
      call('Email/get', '2', { accountId: 'B' }),
    ];
    expect(JSON.parse(encodeRequest(calls, 'A'))).toEqual({
      using: ['urn:ietf:params:jmap:core', 'urn:ietf:params:jmap:mail'],
      methodCalls: [
        ['Core/echo', { a: 1 }, '0'],
        ['Mailbox/get', { accountId: 'A' }, '1'],
        ['Email/get', { accountId: 'B' }, '2'],
      ],
    });
    expect(JSON.parse(encodeRequest([call('Identity/get', '0')], 'A'))).toMatchObject({
      using: ['urn:ietf:params:jmap:core', 'urn:ietf:params:jmap:submission'],
    });
  });

  it('has no two calls of one id', () => {
    expect(() => encodeRequest([call('Core/echo', '0'), call('Mailbox/get', '0')], 'A')).toThrow(TypeError);
  });
});

describe('answers', () => {
  const state = v.object({ state: v.string() });

  it('are found by id, in any order', () => {
    const calls = [call('Mailbox/get', 'a'), call('Email/get', 'b')];
    const answers = decode(
      [
        ['Email/get', { state: 'e' }, 'b'],
        ['Mailbox/get', { state: 'm' }, 'a'],
      ],
      calls,
    );
    expect(answers.read('a', state)).toEqual({ state: 'm' });
    expect(answers.read('b', state)).toEqual({ state: 'e' });
  });

  it('of one call may be several (RFC 8621 §7.5): the one of its name counts, an error of a later one does not', () => {
    const calls = [call('EmailSubmission/set', 'a')];
    const answers = decode(
      [
        ['EmailSubmission/set', { state: 's' }, 'a'],
        ['error', { type: 'forbidden' }, 'a'],
      ],
      calls,
    );
    expect(answers.read('a', state)).toEqual({ state: 's' });
    expect(answers.error('a')).toBeNull();
  });

  it('that are missing, or of another method, are a protocol error', () => {
    expect(thrownBy(() => decode([], [call('Email/get', 'a')]).read('a', state)).reason).toBe('protocol');
    const wrong = decode([['Mailbox/get', { state: 's' }, 'a']], [call('Email/get', 'a')]);
    expect(thrownBy(() => wrong.read('a', state)).reason).toBe('protocol');
  });

  it('S38: that do not fit say where, without the value', () => {
    const answers = decode([['Email/get', { state: ['Layoffs'] }, 'a']], [call('Email/get', 'a')]);
    const error = thrownBy(() => answers.read('a', state));
    expect(error).toMatchObject({ reason: 'protocol', details: 'Email/get: state: expected string' });
  });

  it.each([
    ['serverUnavailable', 'unavailable'],
    ['serverFail', 'unavailable'],
    ['serverPartialFail', 'unavailable'],
    ['stateMismatch', 'unavailable'],
    ['cannotCalculateChanges', 'unavailable'],
    ['rateLimit', 'rate-limited'],
    ['requestTooLarge', 'too-large'],
    ['forbidden', 'refused'],
    ['accountReadOnly', 'refused'],
    ['overQuota', 'refused'],
    ['invalidArguments', 'refused'],
    ['unknownMethod', 'refused'],
    ['accountNotFound', 'unavailable'],
    ['notFound', 'not-found'],
    ['something new', 'refused'],
  ])('S29: the method error %s', (type, reason) => {
    const answers = decode([['error', { type, description: 'why' }, 'a']], [call('Email/set', 'a')]);
    const error = thrownBy(() => answers.read('a', state));
    expect(error).toBeInstanceOf(MethodError);
    expect(error).toMatchObject({ type, reason, description: 'why', details: `Email/set: ${type} why` });
    expect(answers.error('a')).toMatchObject({ type });
  });

  it('with an error that says nothing are an error still', () => {
    const answers = decode([['error', { type: 5 }, 'a']], [call('Email/set', 'a')]);
    expect(answers.error('a')).toMatchObject({ type: 'unknown', reason: 'refused' });
  });

  it.each([
    [null],
    [[]],
    [{}],
    [{ methodResponses: {} }],
    [{ methodResponses: [['Email/get', {}]] }],
    [{ methodResponses: [[1, {}, 'a']] }],
  ])('that are no response object: %j', (json) => {
    expect(thrownBy(() => decodeAnswers(json, [], 'mail.example.test')).reason).toBe('protocol');
  });
});

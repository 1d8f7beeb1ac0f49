import { describe, expect, it } from 'vitest';
import { nameAndAddress, people, personName } from '../../../../src/views/format/addresses';

describe('personName', () => {
  it('is the name, else the address, else nothing', () => {
    expect(personName({ name: 'Ann', email: 'a@x.example' })).toBe('Ann');
    expect(personName({ name: ' \n ', email: 'a@x.example' })).toBe('a@x.example');
    expect(personName({ name: null, email: '' })).toBe('');
  });
});

describe('people', () => {
  it('names three and counts the others', () => {
    const addresses = ['A', 'B', 'C', 'D', 'E'].map((name) => ({ name, email: '' }));
    expect(people(addresses)).toBe('A, B, C, +2');
  });

  it('leaves out who has neither name nor address', () => {
    expect(people([{ name: '', email: '' }])).toBe('');
    expect(people([])).toBe('');
  });

  it('names few of a hundred thousand recipients', () => {
    expect(people(Array.from({ length: 100_000 }, () => ({ name: 'A', email: '' })))).toBe('A, A, A, +99997');
  });

  it('keeps a right-to-left name from turning around the next', () => {
    expect(
      people([
        { name: 'דנה', email: '' },
        { name: 'Bob', email: '' },
      ]),
    ).toBe('\u2068דנה\u2069, Bob');
  });
});

describe('nameAndAddress', () => {
  it('never hides the address behind the name', () => {
    expect(nameAndAddress({ name: 'boss@bank.example', email: 'evil@e.example' })).toBe(
      'boss@bank.example <evil@e.example>',
    );
  });

  it('does not say the same twice', () => {
    expect(nameAndAddress({ name: 'a@x.example', email: 'a@x.example' })).toBe('a@x.example');
  });

  it('is the name where there is no address', () => {
    expect(nameAndAddress({ name: 'Undisclosed', email: '' })).toBe('Undisclosed');
  });
});

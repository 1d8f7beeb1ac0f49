import { describe, expect, it } from 'vitest';
import { fullDate, relativeDate, untilMidnight } from '../../../../src/views/format/dates';
import { english } from '../support/samples';

const at = (year: number, month: number, day: number, hour = 0, minute = 0): number => {
  const date = new Date(2000, 0, 1, hour, minute);
  date.setFullYear(year, month - 1, day); // the constructor takes year 0 for 1900
  return date.getTime();
};
const now = at(2025, 3, 14, 9, 30);

describe('relativeDate', () => {
  it.each([
    ['earlier today', at(2025, 3, 14, 7, 5), '07:05'],
    ['later today, by a clock that runs ahead', at(2025, 3, 14, 23, 59), '23:59'],
    ['yesterday, less than a day ago', at(2025, 3, 13, 23, 59), 'Yesterday'],
    ['in the last week', at(2025, 3, 10, 12), 'Mon'],
    ['a week ago', at(2025, 3, 7, 12), '7 Mar'],
    ['last year', at(2024, 12, 31, 12), '31 Dec 2024'],
    ['tomorrow', at(2025, 3, 15), '15 Mar'],
    ['year 9999', at(9999, 12, 31), '31 Dec 9999'],
  ])('shows %s', (_when, time, shown) => {
    expect(relativeDate(time, now, english)).toBe(shown);
  });

  it('shows year 0 without failing', () => {
    expect(relativeDate(at(0, 1, 1), now, english)).toMatch(/1 Jan/);
  });

  it.each([NaN, Infinity, -Infinity, 8.64e15 + 1])('says that %s is no date', (time) => {
    expect(relativeDate(time, now, english)).toBe('unknown date');
    expect(fullDate(time, english)).toBe('unknown date');
  });

  it.each([8.64e15, -8.64e15])('shows the last days that there are: %s', (time) => {
    expect(relativeDate(time, now, english)).not.toBe('');
  });
});

describe('fullDate', () => {
  it('has day and time', () => {
    expect(fullDate(now, english)).toMatch(/^Friday,? 14 March 2025.* 09:30$/);
  });
});

describe('untilMidnight', () => {
  it('ends on the next day', () => {
    expect(new Date(now + untilMidnight(now)).getDate()).toBe(15);
    expect(new Date(now + untilMidnight(now)).getHours()).toBe(0);
  });

  it('never makes a timer spin', () => {
    expect(untilMidnight(at(2025, 3, 15) - 1)).toBe(1000);
  });
});

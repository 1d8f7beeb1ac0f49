/** Makes the dates of the demo: relative to now, at hours when people write. */
export type Clock = {
  now: Date;
  /** So many days ago at a local time such as `09:12`; a day earlier where that is still to come. */
  at(daysAgo: number, time: string): Date;
};

export function clockFrom(now: Date): Clock {
  return {
    now,
    at: (daysAgo, time) => {
      const [hours = 0, minutes = 0] = time.split(':').map(Number);
      const date = new Date(now);
      date.setDate(date.getDate() - daysAgo);
      date.setHours(hours, minutes, 17, 0);
      // Before breakfast, what was to come this noon came yesterday.
      if (date.getTime() > now.getTime() - 60_000) date.setDate(date.getDate() - 1);
      return date;
    },
  };
}

export function minutesAfter(date: Date, minutes: number): Date {
  return new Date(date.getTime() + minutes * 60_000);
}

/** `12 March 2031`, in the words of the demo's language. */
export function longDate(date: Date): string {
  return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
}

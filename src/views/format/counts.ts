const formats = new Map<string, Intl.NumberFormat>();

/** `1,200`, as the locale writes it. */
export function formatCount(count: number, locale: string): string {
  let format = formats.get(locale);
  if (format === undefined) formats.set(locale, (format = new Intl.NumberFormat(locale)));
  return format.format(count);
}

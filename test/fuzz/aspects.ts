import type { SeenIntent } from './client';

/** One thing about a message that is so or not: that it has a keyword, stands in a mailbox, or exists. */
export interface Aspect {
  possible: Set<boolean>;
  /** Values that were set since all was quiet, by either side. */
  local: Set<boolean>;
  readonly remote: Set<boolean>;
  /** See `loosen`. */
  isLoose: boolean;
  /** It was so at some moment since all was quiet: either side may still think that it is. */
  wasTrue: boolean;
}

export const aspect = (value: boolean): Aspect => ({
  possible: new Set([value]),
  local: new Set(),
  remote: new Set(),
  isLoose: false,
  wasTrue: value,
});
export const both = (): Set<boolean> => new Set([true, false]);
export const keywordAspect = (keyword: string): string => keyword;
export const isPlace = (name: string): boolean => name.startsWith('in ');
export const isKeyword = (name: string): boolean => name !== 'exists' && !isPlace(name);
export const mailboxAspect = (id: string): string => `in ${id}`;
export const mailboxOf = (name: string): string => name.slice('in '.length);
/** The value of a keyword here that a copy which is not known yet outdoes: it is seen only if all are (RFC 8621 §4.1.1). */
export const leavesInCopy = (name: string): boolean => name === '$seen';

export function aspectsOf(intent: SeenIntent): [string, boolean][] {
  return [
    ...Object.entries(intent.keywords),
    ...Object.entries(intent.mailboxes).map(([id, value]): [string, boolean] => [mailboxAspect(id), value]),
    ...(intent.destroy ? [['exists', false] as [string, boolean]] : []),
  ];
}

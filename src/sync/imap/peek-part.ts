import { atom, type Argument } from './connection';

/** S23: never without PEEK. */
export function peekPart(path: string, start: number, length: number): Argument {
  return { type: 'ATOM', value: 'BODY.PEEK', section: path === '' ? [] : [atom(path)], partial: [start, length] };
}

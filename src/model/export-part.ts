/**
 * What an export is called until it is whole begins so, and goes on in hexadecimal digits: each attempt has a name of its own,
 * for an engine that was taken over may still be writing one. The view that asked for it sees it grow.
 */
export const partPrefix = (file: string): string => `${file}.part-`;

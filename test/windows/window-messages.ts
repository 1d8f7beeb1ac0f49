import type { Changed, Method } from '../../src/engine/api';

export type ToWindow =
  | { readonly type: 'request'; readonly id: number; readonly method: Method; readonly params: unknown }
  /** In good order, as VS Code closes a window. */
  | { readonly type: 'close' };

export type FromWindow =
  | { readonly type: 'answer'; readonly id: number; readonly result: unknown }
  | { readonly type: 'refusal'; readonly id: number; readonly reason: string; readonly message: string }
  | { readonly type: 'changed'; readonly changed: Changed }
  | { readonly type: 'state'; readonly state: string; readonly reason: string | null }
  | { readonly type: 'log'; readonly line: string };

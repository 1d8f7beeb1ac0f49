/**
 * The only door between views and engine: one typed table of requests (`api/requests.ts`), two events. A feature is a row there,
 * a handler in `handlers/`, and a view.
 */
export type * from './api/events';
export type { LogLevel, MessageCursor, MessageSource } from './api/parameters';
export { apiVersion, isOnce, requests, type Method, type Params, type Result } from './api/requests';
export type * from './api/results';

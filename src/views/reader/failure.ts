import { EngineError } from '../../engine/client';
import { errorSentence } from '../show-error';
import type { FailureView } from './protocol';

/** In a person's words, with what stands behind it for "Show Details". */
export function failureView(error: unknown): FailureView {
  const details =
    error instanceof EngineError
      ? [`${error.reason}: ${error.message}`, error.details].filter((part) => part !== '').join('\n')
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error);
  return {
    message: errorSentence(error),
    details: details.slice(0, 20_000),
    offline: error instanceof EngineError && error.reason === 'offline',
  };
}

import type { Backend, BackendOptions } from './backend';
import { createJmapBackend } from './jmap/backend';

/** The one place that asks which protocol an account speaks (S5). */
export function createBackend(options: BackendOptions): Backend {
  switch (options.account.settings.protocol) {
    case 'jmap':
      return createJmapBackend(options);
  }
}

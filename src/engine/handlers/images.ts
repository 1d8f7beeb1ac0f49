import { isTrustedSender, trustSender } from '../../db/trusted-senders';
import { loadRemoteImages } from '../../mail/remote-images';
import type { EngineContext, Handlers } from '../engine-context';

export function imageHandlers({ db }: EngineContext) {
  return {
    'images/load': ({ urls }, signal) => loadRemoteImages(urls, signal),
    'images/trust': ({ sender, trusted }) => {
      trustSender(db, sender, trusted, Date.now());
      return null;
    },
    'images/trusted': ({ sender }) => isTrustedSender(db, sender),
  } satisfies Partial<Handlers>;
}

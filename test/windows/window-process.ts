/**
 * One window without VS Code: the client as the extension host has it, and so a process that can be killed and frozen.
 * Arguments: options of the client as JSON, secret. Requests come and answers go over the channel of `fork`.
 */
import { EngineClient } from '../../src/engine/host/mail-client';
import { EngineError } from '../../src/engine/client';
import type { FromWindow, ToWindow } from './window-messages';

const [, , options = '{}', secret = ''] = process.argv;
const say = (message: FromWindow): void => void process.send?.(message);
const client = new EngineClient({
  ...(JSON.parse(options) as { folder: string; workerFile: string; version: string }),
  trace: (line) => say({ type: 'log', line }),
});
client.onCredentialsNeeded(({ accountId }) => {
  client.request('accounts/authenticate', { accountId, secret }).catch(() => undefined);
});
client.onChanged((changed) => say({ type: 'changed', changed }));
const sayState = (): void =>
  say({ type: 'state', state: client.state.state, reason: 'error' in client.state ? client.state.error.reason : null });
client.onState(sayState);
sayState();

process.on('message', (message: ToWindow) => {
  if (message.type === 'close') {
    void client.close().then(() => process.disconnect());
    return;
  }
  const { id, method, params } = message;
  client.request(method, params as never).then(
    (result) => say({ type: 'answer', id, result }),
    (error: unknown) => {
      const { reason, message: text } =
        error instanceof EngineError ? error : { reason: 'internal', message: String(error) };
      say({ type: 'refusal', id, reason, message: text });
    },
  );
});
process.on('disconnect', () => process.exit());

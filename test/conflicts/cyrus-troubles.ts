import type { CyrusServer } from '../servers/cyrus';
import { startFaultProxy } from '../servers/fault-proxy';
import { connectRawImap } from '../servers/raw-imap';
import type { TestUser } from '../servers/users';
import type { Login } from '../support/synced-account';
import type { Troubles } from './jmap-world';

/** What `admins` of imapd.conf(5) names, in the default domain. */
const administrator: TestUser = { email: 'admin@localhost', password: 'secret-admin' };

const readOnly = 'lr';
const everything = 'lrswipkxtecdan';

export interface CyrusTroubles extends Troubles {
  /** Of the account under test: its network may fail. */
  readonly url: string;
  /** Of everybody else, who is told the new password. */
  readonly otherLogin: Login;
  stop(): Promise<void>;
}

/** Troubles of a real Cyrus: rights are taken by its administrator, the password is changed, the network fails. */
export async function startCyrusTroubles(server: CyrusServer, user: TestUser): Promise<CyrusTroubles> {
  await server.setPassword(administrator);
  const [adminName = ''] = administrator.email.split('@');
  const admin = await connectRawImap({ port: server.imapPort, user: adminName, password: administrator.password });
  const { hostname, port } = new URL(server.jmapUrl);
  const proxy = await startFaultProxy({ host: hostname, port: Number(port), protocol: 'http' });
  const otherLogin = { url: server.jmapUrl, user: user.email, password: user.password };

  const setPassword = async (password: string): Promise<void> => {
    await server.setPassword({ ...user, password });
    otherLogin.password = password;
  };
  /** In all mailboxes of the user. A mailbox of `NAME@DOMAIN` is `user/NAME/MAILBOX@DOMAIN` to the administrator. */
  const setRights = async (rights: string): Promise<void> => {
    const [name = ''] = user.email.split('@');
    for (const line of await admin.command(`LIST "" "user/${name}*"`)) {
      const mailbox = /"\/" (?:"([^"]+)"|(\S+))$/.exec(line)?.slice(1).find(Boolean);
      if (mailbox !== undefined) await admin.command(`SETACL "${mailbox}" ${user.email} ${rights}`);
    }
  };

  let heal = (): Promise<void> => Promise.resolve();
  return {
    url: `http://127.0.0.1:${proxy.port}`,
    otherLogin,
    async trouble(kind) {
      switch (kind) {
        case 'forbidden':
          heal = () => setRights(everything);
          await setRights(readOnly);
          return;
        case 'signed out':
          heal = () => setPassword(user.password);
          await setPassword(`new-${user.password}`);
          return;
        case 'offline':
          heal = () => {
            proxy.heal();
            return Promise.resolve();
          };
          proxy.setOnline(false);
          return;
        case 'over quota':
          throw new Error('Cyrus does not refuse that over JMAP');
      }
    },
    async heal() {
      await heal();
      heal = () => Promise.resolve();
    },
    async stop() {
      await admin.logout();
      await proxy.stop();
    },
  };
}

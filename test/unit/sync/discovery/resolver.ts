import type { SrvRecord } from 'node:dns';
import type { MailResolver } from '../../../../src/sync/discovery/srv';

/** A domain that announces nothing. */
export const noRecords: MailResolver = {
  resolveSrv: () => Promise.reject(new Error('ENOTFOUND')),
  resolveMx: () => Promise.reject(new Error('ENOTFOUND')),
};

export function srvRecord(name: string, port: number, priority = 10, weight = 1): SrvRecord {
  return { name, port, priority, weight };
}

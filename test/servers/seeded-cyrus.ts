import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { startCyrus, type CyrusServer } from './cyrus';
import { seedImap } from './seed';
import { users } from './users';

const templates = path.resolve(import.meta.dirname, '../../.cache/mail-templates');

/**
 * Starts a Cyrus whose first user, alice, has `count` generated messages in the INBOX. Seeding goes by the minute, so the
 * first server of each size is kept as a template in .cache, and the next ones start from a copy of it in seconds.
 */
export async function startSeededCyrus(options: { count: number; seed?: number }): Promise<CyrusServer> {
  const { count, seed = 1 } = options;
  const family = `cyrus-${count}-${seed}-`;
  const template = path.join(templates, family + (await generatorVersion()));
  if (!existsSync(template)) {
    await mkdir(templates, { recursive: true });
    const server = await startCyrus();
    try {
      await seedImap({ port: server.imapPort, user: users.alice.email, password: users.alice.password, count, seed });
    } catch (error) {
      await server.stop();
      throw error;
    }
    await server.saveTemplate(template);
    await removeOutdated(family, template);
  }
  return startCyrus({ dataTemplate: template });
}

/** Templates of the same mailbox from older sources, 160 MB each at 10,000 messages. */
async function removeOutdated(family: string, current: string): Promise<void> {
  const names = (await readdir(templates)).filter((name) => name.startsWith(family));
  const outdated = names.map((name) => path.join(templates, name)).filter((folder) => !folder.startsWith(current));
  await Promise.all(outdated.map((folder) => rm(folder, { recursive: true, force: true })));
}

/** Changes with everything that a template's content comes from, so that an old one is not taken for the new. */
async function generatorVersion(): Promise<string> {
  const generator = path.join(import.meta.dirname, 'generator');
  const names = (await readdir(generator)).sort().map((name) => path.join(generator, name));
  const sources = ['messages.ts', 'seed.ts', 'cyrus.ts', 'cyrus-config.ts', 'users.ts'];
  const hash = createHash('sha256').update(String(process.getuid?.()));
  for (const file of [...names, ...sources.map((name) => path.join(import.meta.dirname, name))]) {
    hash.update(await readFile(file));
  }
  return hash.digest('hex').slice(0, 12);
}

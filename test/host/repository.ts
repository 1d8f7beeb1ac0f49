import path from 'node:path';

/** The root folder of this repository. */
export const repositoryRoot = path.resolve(__dirname, '../..');

/** Downloaded tools live here; git ignores the folder and it may be deleted at any time. */
export const cacheFolder = path.join(repositoryRoot, '.cache');

/** Screenshots, logs and other results of a test run for people to look at; git ignores the folder. */
export const artifactsFolder = path.join(repositoryRoot, 'artifacts');

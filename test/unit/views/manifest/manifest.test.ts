import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  commandLinks,
  manifest,
  manifestText,
  repositoryRoot,
  translated,
  translations,
  whenClauses,
} from './manifest';
import { scanSource } from './source-scan';

const { commands, menus, submenus, keybindings, views, viewsContainers, viewsWelcome, walkthroughs, configuration } =
  manifest.contributes;
const source = scanSource();

const declared = commands.map(({ command }) => command);
const viewIds = Object.values(views).flatMap((list) => list.map(({ id }) => id));
const steps = walkthroughs.flatMap((walkthrough) => walkthrough.steps);
const linked = [
  ...viewsWelcome.map(({ contents }) => contents),
  ...steps.map(({ description }) => description),
].flatMap((text) => commandLinks(translated(text)));

/** Commands that VS Code makes for each view. */
const ofViews = viewIds.flatMap((id) => [`${id}.focus`, `${id}.open`, `${id}.resetViewLocation`, `${id}.removeView`]);

/** Context keys of VS Code that we use: a misspelt one would be false for ever without a word. */
const keysOfVSCode = new Set([
  'view',
  'viewItem',
  'focusedView',
  'activeWebviewPanelId',
  'resourceScheme',
  'listFocus',
  'listMultiSelection',
  'listDoubleSelection',
  'inputFocus',
  'treeFindOpen',
  'listSupportsFind',
  'isMac',
  'isLinux',
  'isWindows',
  'isWeb',
  'accessibilityModeEnabled',
  'sideBarFocus',
  'true',
  'false',
]);

function contextKeys(clause: string): string[] {
  const operands = clause
    .replace(/=~\s*\/(?:\\.|[^/\\])*\/[a-z]*/g, ' ')
    .replace(/[!=]==?\s*('[^']*'|[^\s&|)]+)/g, ' ');
  return operands.match(/[A-Za-z][\w.-]*/g) ?? [];
}

describe('the manifest', () => {
  it('declares every command once, and each is registered', () => {
    expect(declared.filter((id, index) => declared.indexOf(id) !== index)).toEqual([]);
    expect(declared.filter((id) => !source.registered.has(id))).toEqual([]);
  });

  it('knows every command that is registered', () => {
    expect([...source.registered].filter((id) => !declared.includes(id))).toEqual([]);
  });

  it('lets a person reach every command: by a menu, a key, a link or the palette', () => {
    const placed = Object.entries(menus)
      .filter(([menu]) => menu !== 'commandPalette')
      .flatMap(([, items]) => items.map(({ command }) => command));
    const reachable = new Set([...placed, ...keybindings.map(({ command }) => command), ...linked, ...source.executed]);
    const hidden = (menus.commandPalette ?? []).filter(({ when }) => when === 'false').map(({ command }) => command);
    expect(hidden.filter((id) => !reachable.has(id))).toEqual([]);
  });

  it('names only commands that exist in menus, keys, links and code', () => {
    const named = [
      ...Object.values(menus).flatMap((items) => items.flatMap(({ command }) => command ?? [])),
      ...keybindings.map(({ command }) => command),
      ...linked.filter((id) => !id.startsWith('workbench.')),
      ...steps.flatMap(({ completionEvents }) =>
        completionEvents.flatMap((event) => /^onCommand:(.+)$/.exec(event)?.[1] ?? []),
      ),
      ...source.executed,
    ];
    expect([...new Set(named)].filter((id) => !declared.includes(id) && !ofViews.includes(id))).toEqual([]);
  });

  it('binds keys only where a condition holds: mail keys are nothing elsewhere', () => {
    expect(keybindings.filter(({ when }) => when === undefined || when === '')).toEqual([]);
  });

  it.each(['README.md', 'media/walkthrough/keys.md'])('has exactly its keys in the table of %s', (file) => {
    const rows = readFileSync(path.join(repositoryRoot, file), 'utf8').matchAll(/^\| (`[^|]+) \|/gm);
    const told = [...rows].flatMap(([, cell = '']) => [...cell.matchAll(/`([^`]+)`/g)].map(([, key = '']) => key));
    const keys = told
      .filter((key) => !key.startsWith('mailpane.'))
      .map((key) => (key === '#' ? 'shift+3' : key.toLowerCase()));
    expect(new Set(keys)).toEqual(new Set(keybindings.map(({ key }) => key)));
  });

  it('names only submenus, views and view containers that exist', () => {
    const usedSubmenus = Object.values(menus).flatMap((items) => items.flatMap(({ submenu }) => submenu ?? []));
    expect(usedSubmenus.filter((id) => !submenus.some((submenu) => submenu.id === id))).toEqual([]);
    expect(submenus.filter(({ id }) => !usedSubmenus.includes(id) || !(id in menus))).toEqual([]);
    const containers = Object.values(viewsContainers).flatMap((list) => list.map(({ id }) => id));
    expect(Object.keys(views).filter((id) => !containers.includes(id))).toEqual([]);
    expect(containers.filter((id) => !(id in views))).toEqual([]);
    const usedViews = [
      ...viewsWelcome.map(({ view }) => view),
      ...whenClauses().flatMap((clause) =>
        [...clause.matchAll(/\b(?:view|focusedView) == '?([\w.]+)/g)].map(([, id]) => id ?? ''),
      ),
      ...steps.flatMap(({ completionEvents }) =>
        completionEvents.flatMap((event) => /^onView:(.+)$/.exec(event)?.[1] ?? []),
      ),
    ];
    expect([...new Set(usedViews)].filter((id) => !viewIds.includes(id))).toEqual([]);
  });

  it('has a source for every view', () => {
    expect(viewIds.filter((id) => !source.words.has(id))).toEqual([]);
  });

  it('asks only for context keys and node kinds that something sets', () => {
    const keys = [
      ...whenClauses().flatMap(contextKeys),
      ...steps.flatMap(({ completionEvents }) =>
        completionEvents.flatMap((event) => /^onContext:(.+)$/.exec(event)?.[1] ?? []),
      ),
    ];
    const unset = keys.filter(
      (key) => !keysOfVSCode.has(key) && !(key.startsWith('mailpane.') && source.words.has(key)),
    );
    expect([...new Set(unset)]).toEqual([]);
    const kinds = whenClauses().flatMap((clause) =>
      [...clause.matchAll(/viewItem (?:==|=~) *\/?([^/\s&|)]*)/g)].flatMap(([, kind = '']) =>
        kind.replaceAll(String.raw`\b`, ' ').split(/[^\w-]+/),
      ),
    );
    expect([...new Set(kinds)].filter((kind) => kind !== '' && !source.words.has(kind))).toEqual([]);
  });

  it('has a welcome for every state of the two lists, and none for another', () => {
    const states = (key: string) =>
      viewsWelcome.flatMap(({ when = '' }) => new RegExp(`${key} == (\\w+)`).exec(when)?.[1] ?? []);
    expect(new Set(states('mailpane.messagesState'))).toEqual(
      new Set(['noMailbox', 'loading', 'empty', 'signedOut', 'offline']),
    );
    expect(new Set(states('mailpane.state'))).toEqual(
      new Set(['starting', 'noAccount', 'ready', 'failed', 'outdated']),
    );
  });

  it('declares exactly the settings that the code reads', () => {
    const settings = configuration.flatMap(({ properties }) => Object.keys(properties));
    expect(settings.filter((name) => !source.settings.has(name))).toEqual([]);
    expect([...source.settings].filter((name) => !settings.includes(name))).toEqual([]);
  });

  it('tells of every setting in the README', () => {
    const settings = configuration.flatMap(({ properties }) => Object.keys(properties));
    const readme = readFileSync(path.join(repositoryRoot, 'README.md'), 'utf8');
    const told = [...readme.matchAll(/^\| `(mailpane\.[^`]+)`/gm)].map(([, name]) => name);
    expect(new Set(told)).toEqual(new Set(settings));
  });

  it('keeps servers and accounts out of the settings, which a workspace or another machine could bring', () => {
    const settings = configuration.flatMap(({ properties }) => Object.keys(properties));
    expect(
      settings.filter((name) => /url|host|server|account|user|password|token|proxy|certificate/i.test(name)),
    ).toEqual([]);
  });

  it('has every text in package.nls.json, and no text there without a use', () => {
    const used = [...manifestText.matchAll(/"%([^"%]+)%"/g)].map(([, key]) => key ?? '');
    expect(used.filter((key) => !(key in translations))).toEqual([]);
    expect(Object.keys(translations).filter((key) => !used.includes(key))).toEqual([]);
  });

  it('points at pictures that exist', () => {
    const files = [
      manifest.icon,
      ...Object.values(viewsContainers).flatMap((list) => list.map(({ icon }) => icon)),
      ...steps.flatMap(({ media }) => [media.svg, media.markdown, media.image].filter((file) => file !== undefined)),
    ].filter((file) => !file.startsWith('$('));
    expect(files.filter((file) => !existsSync(path.join(repositoryRoot, file)))).toEqual([]);
  });
});

describe('texts in the source', () => {
  it('are whole sentences that a translator can see, not put together at run time', () => {
    const assembled = source.localised.filter(({ text }) => text === null).map(({ where }) => where);
    expect(assembled).toEqual([]);
  });

  it('have an argument for each placeholder and a placeholder for each argument', () => {
    // The reader's page gets its texts whole, and puts the arguments in itself.
    const filledHere = source.localised.filter(({ where }) => !where.includes('strings.ts:'));
    const wrong = filledHere.filter(({ text, args }) => {
      const placeholders = new Set([...(text ?? '').matchAll(/\{(\d+)\}/g)].map(([, index]) => Number(index)));
      return args !== null && (placeholders.size !== args || [...placeholders].some((index) => index >= args));
    });
    expect(wrong).toEqual([]);
  });

  it('were found at all', () => {
    expect(source.localised.length).toBeGreaterThan(50);
  });
});

describe('the number at the Mail icon', () => {
  it('is that of one view, for VS Code adds those of all', () => {
    const sources = path.join(repositoryRoot, 'src/views');
    const files = readdirSync(sources, { encoding: 'utf8', recursive: true }).filter((file) => file.endsWith('.ts'));
    const withBadge = files.filter((file) => readFileSync(path.join(sources, file), 'utf8').includes('.badge = '));
    expect(withBadge.map((file) => path.basename(file))).toEqual(['mailboxes-view.ts']);
  });
});

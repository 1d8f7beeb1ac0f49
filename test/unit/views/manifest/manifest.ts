import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';

export const repositoryRoot = path.join(__dirname, '../../../..');

const conditional = v.object({ when: v.optional(v.string()) });
const menuItem = v.object({
  ...conditional.entries,
  command: v.optional(v.string()),
  submenu: v.optional(v.string()),
});
const configuration = v.object({
  properties: v.record(v.string(), v.looseObject({ scope: v.optional(v.string()) })),
});

/** What the checks read of package.json; everything else passes unseen. */
const schema = v.object({
  icon: v.string(),
  contributes: v.object({
    commands: v.array(v.object({ command: v.string(), enablement: v.optional(v.string()) })),
    menus: v.optional(v.record(v.string(), v.array(menuItem)), {}),
    submenus: v.optional(v.array(v.object({ id: v.string() })), []),
    keybindings: v.optional(v.array(v.object({ ...conditional.entries, command: v.string(), key: v.string() })), []),
    views: v.optional(v.record(v.string(), v.array(v.object({ ...conditional.entries, id: v.string() }))), {}),
    viewsContainers: v.optional(v.record(v.string(), v.array(v.object({ id: v.string(), icon: v.string() }))), {}),
    viewsWelcome: v.optional(v.array(v.object({ ...conditional.entries, view: v.string(), contents: v.string() })), []),
    walkthroughs: v.optional(
      v.array(
        v.object({
          steps: v.array(
            v.object({
              description: v.string(),
              media: v.object({
                svg: v.optional(v.string()),
                markdown: v.optional(v.string()),
                image: v.optional(v.string()),
              }),
              completionEvents: v.optional(v.array(v.string()), []),
            }),
          ),
        }),
      ),
      [],
    ),
    configuration: v.optional(
      v.pipe(
        v.union([v.array(configuration), configuration]),
        v.transform((found) => (Array.isArray(found) ? found : [found])),
      ),
      [],
    ),
  }),
});

export type Manifest = v.InferOutput<typeof schema>;

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(path.join(repositoryRoot, name), 'utf8'));
}

export const manifestText = readFileSync(path.join(repositoryRoot, 'package.json'), 'utf8');
export const manifest: Manifest = v.parse(schema, JSON.parse(manifestText));
export const translations = v.parse(v.record(v.string(), v.string()), readJson('package.nls.json'));

/** The English text behind `%key%`. */
export function translated(text: string): string {
  return text.replace(/^%(.+)%$/, (whole, key: string) => translations[key] ?? whole);
}

/** Every `when`, `enablement` of the manifest. */
export function whenClauses(): string[] {
  const { commands, menus, keybindings, views, viewsWelcome } = manifest.contributes;
  const conditions = [...Object.values(menus).flat(), ...keybindings, ...Object.values(views).flat(), ...viewsWelcome];
  return [...conditions.map(({ when }) => when), ...commands.map(({ enablement }) => enablement)].filter(
    (clause) => clause !== undefined,
  );
}

/** Command ids behind the links of a Markdown text. */
export function commandLinks(text: string): string[] {
  return [...text.matchAll(/\(command:([^)?]+)/g)].map(([, id]) => id ?? '');
}

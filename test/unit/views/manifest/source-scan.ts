import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { repositoryRoot } from './manifest';

export interface LocalisedCall {
  readonly where: string;
  /** Null: put together at run time, so that no translator ever sees it. */
  readonly text: string | null;
  /** Arguments after the text; null where they are spread. */
  readonly args: number | null;
}

/** What the extension's source says, read from its syntax. */
export interface SourceScan {
  /** Ids given to `registerCommand`, directly or as keys of a table of commands. */
  readonly registered: ReadonlySet<string>;
  /** Ids given to `executeCommand` or standing as `command:` of an item. */
  readonly executed: ReadonlySet<string>;
  /** Settings read by `getConfiguration('mailpane').get(…)`, with their full names. */
  readonly settings: ReadonlySet<string>;
  /** All words of all string literals: context values and keys are among them. */
  readonly words: ReadonlySet<string>;
  readonly localised: readonly LocalisedCall[];
}

export function scanSource(): SourceScan {
  const scan = {
    registered: new Set<string>(),
    executed: new Set<string>(),
    settings: new Set<string>(),
    words: new Set<string>(),
    localised: [] as LocalisedCall[],
  };
  const sources = path.join(repositoryRoot, 'src');
  for (const file of readdirSync(sources, { encoding: 'utf8', recursive: true })) {
    if (!/\.tsx?$/.test(file)) continue;
    const text = readFileSync(path.join(sources, file), 'utf8');
    scanFile(ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true), scan);
  }
  return scan;
}

interface Writable {
  registered: Set<string>;
  executed: Set<string>;
  settings: Set<string>;
  words: Set<string>;
  localised: LocalisedCall[];
}

function scanFile(file: ts.SourceFile, scan: Writable): void {
  const configurations = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      for (const word of node.text.split(/\s+/)) scan.words.add(word);
    }
    if (ts.isVariableDeclaration(node) && node.initializer && isMailpaneConfiguration(node.initializer)) {
      configurations.add(node.name.getText());
    }
    if (ts.isPropertyAssignment(node)) scanProperty(node, scan);
    if (ts.isCallExpression(node)) scanCall(node, file, configurations, scan);
    ts.forEachChild(node, visit);
  };
  visit(file);
}

function scanProperty(node: ts.PropertyAssignment, scan: Writable): void {
  if (ts.isStringLiteral(node.name) && isOurs(node.name.text) && isCode(node.initializer)) {
    scan.registered.add(node.name.text);
  }
  if (node.name.getText() === 'command') for (const id of ids(node.initializer)) scan.executed.add(id);
}

function scanCall(node: ts.CallExpression, file: ts.SourceFile, configurations: Set<string>, scan: Writable): void {
  const name = calleeName(node);
  const [first] = node.arguments;
  if (!first) return;
  if (name === 'registerCommand') for (const id of ids(first)) scan.registered.add(id);
  if (name === 'executeCommand') for (const id of ids(first)) scan.executed.add(id);
  if (name === 't') scan.localised.push(localisedCall(node, file, first));
  const isRead = name === 'get' || name === 'inspect' || name === 'update' || name === 'has';
  if (isRead && ts.isPropertyAccessExpression(node.expression) && ts.isStringLiteralLike(first)) {
    const from = node.expression.expression;
    if (isMailpaneConfiguration(from) || configurations.has(from.getText()))
      scan.settings.add(`mailpane.${first.text}`);
  }
}

/** A function, or something that is called as one: what stands in a table of commands, unlike a text beside a key. */
function isCode(node: ts.Expression): boolean {
  return (
    ts.isArrowFunction(node) || ts.isFunctionExpression(node) || ts.isIdentifier(node) || ts.isCallExpression(node)
  );
}

function isOurs(text: string): boolean {
  return /^mailpane\.[A-Za-z.]+$/.test(text);
}

/** The ids that an expression may be: a literal, or both branches of a condition. */
function ids(node: ts.Expression): string[] {
  if (ts.isConditionalExpression(node)) return [...ids(node.whenTrue), ...ids(node.whenFalse)];
  return ts.isStringLiteralLike(node) && isOurs(node.text) ? [node.text] : [];
}

function calleeName(node: ts.CallExpression): string {
  const { expression } = node;
  if (ts.isPropertyAccessExpression(expression)) return expression.name.text;
  return ts.isIdentifier(expression) ? expression.text : '';
}

function isMailpaneConfiguration(node: ts.Expression): boolean {
  if (!ts.isCallExpression(node) || calleeName(node) !== 'getConfiguration') return false;
  const [section] = node.arguments;
  return section !== undefined && ts.isStringLiteralLike(section) && section.text === 'mailpane';
}

function localisedCall(node: ts.CallExpression, file: ts.SourceFile, first: ts.Expression): LocalisedCall {
  const { line } = file.getLineAndCharacterOfPosition(node.getStart());
  const rest = node.arguments.slice(1);
  const args = rest.some((argument) => ts.isSpreadElement(argument)) ? null : rest.length;
  return { where: `${file.fileName}:${String(line + 1)}`, text: constantText(first), args };
}

/** A literal, or literals put together by `+`. */
function constantText(node: ts.Expression): string | null {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.PlusToken) return null;
  const [left, right] = [constantText(node.left), constantText(node.right)];
  return left === null || right === null ? null : left + right;
}

// A mail program of fifty lines without mail: one of everything that the helpers in test/e2e drive.
const vscode = require('vscode');

const folders = ['Inbox', 'Archive'];
const dragType = 'application/vnd.mailpane-test.letters';
const letters = new Map(Array.from({ length: 60 }, (_, i) => [`Letter ${i + 1}`, 'Inbox']));
const starred = new Set();

function activate(context) {
  const changed = new vscode.EventEmitter();
  const status = vscode.window.createStatusBarItem('hostFixture.status', vscode.StatusBarAlignment.Left, 1000);
  const inFolder = (folder) => [...letters.keys()].filter((letter) => letters.get(letter) === folder);
  const refresh = () => {
    changed.fire(undefined);
    status.text = `$(mail) ${inFolder('Inbox').length} letters`;
  };
  status.show();

  const folderTree = vscode.window.createTreeView('hostFixture.folders', {
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: () => folders,
      getTreeItem: (folder) =>
        Object.assign(new vscode.TreeItem(folder), { id: folder, description: `${inFolder(folder).length}` }),
    },
    dragAndDropController: {
      dropMimeTypes: [dragType],
      dragMimeTypes: [],
      handleDrop: async (folder, transfer) => {
        // VS Code gives the type twice when it comes from another tree: its own placeholder first, so `get` is of no use.
        for (const [type, item] of transfer) {
          const text = type === dragType ? await item.asString() : '';
          for (const letter of text === '' ? [] : JSON.parse(text)) letters.set(letter, folder);
        }
        refresh();
      },
    },
  });
  const letterTree = vscode.window.createTreeView('hostFixture.letters', {
    canSelectMany: true,
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: () => inFolder('Inbox'),
      getTreeItem: (letter) =>
        Object.assign(new vscode.TreeItem(letter), {
          id: letter,
          tooltip: `All about ${letter}`,
          description: starred.has(letter) ? 'starred' : 'plain',
          command: { command: 'hostFixture.open', title: 'Open', arguments: [letter] },
        }),
    },
    dragAndDropController: {
      dragMimeTypes: [dragType],
      dropMimeTypes: [],
      handleDrag: (source, transfer) => transfer.set(dragType, new vscode.DataTransferItem(source)),
    },
  });

  const commands = {
    hello: async () => {
      const answer = await vscode.window.showInformationMessage('Hello from the fixture', 'Wave');
      status.text = `answered ${answer}`;
    },
    ask: async () => {
      const colour = await vscode.window.showQuickPick(['red', 'green'], { title: 'Colour' });
      const secret = await vscode.window.showInputBox({ title: 'Secret', password: true });
      status.text = `${colour} ${secret}`;
    },
    remember: async () => {
      status.text = `was ${await context.secrets.get('secret')}`;
      await context.secrets.store('secret', 'kept');
    },
    archive: (letter) => {
      for (const each of letter === undefined ? letterTree.selection : [letter]) letters.set(each, 'Archive');
      refresh();
    },
    star: (letter) => {
      starred.add(letter);
      refresh();
    },
    open: (letter) => {
      const panel = vscode.window.createWebviewPanel('hostFixture.reader', letter, vscode.ViewColumn.One, {
        enableScripts: true,
      });
      const body = `<p id='body'>Dear reader of ${letter}</p><img src='https://tracker.example/pixel.png'>`;
      panel.webview.html = `<!doctype html><button id="ping">ping</button><p id="pong"></p>
        <iframe id="mail" sandbox="allow-same-origin" srcdoc="${body}"></iframe>
        <script>const api = acquireVsCodeApi();
        document.getElementById('ping').onclick = () => api.postMessage('ping');
        window.onmessage = (event) => { if (event.data === 'pong') document.getElementById('pong').textContent = 'pong'; };</script>`;
      panel.webview.onDidReceiveMessage((message) => message === 'ping' && panel.webview.postMessage('pong'));
    },
  };
  for (const [name, run] of Object.entries(commands)) {
    context.subscriptions.push(vscode.commands.registerCommand(`hostFixture.${name}`, run));
  }
  context.subscriptions.push(folderTree, letterTree, status, changed);
  refresh();
}

module.exports = { activate };

const vscode = require('vscode');

/** Agrees to everything that the editor asks of a debugger. */
class Debugger {
  #sent = new vscode.EventEmitter();
  onDidSendMessage = this.#sent.event;

  handleMessage({ seq, command }) {
    this.#sent.fire({ type: 'response', request_seq: seq, seq: 0, success: true, command, body: {} });
    if (command === 'initialize') this.#sent.fire({ type: 'event', seq: 0, event: 'initialized' });
  }

  dispose() {
    this.#sent.dispose();
  }
}

/** Begins a task, and waits for its process: no extension that waits for the editor to be started runs before. */
async function beginEarly() {
  const task = new vscode.Task(
    { type: 'shell' },
    vscode.TaskScope.Workspace,
    'begun early',
    'foreign',
    new vscode.ShellExecution('read -r line'),
  );
  await new Promise((resolve) => {
    vscode.tasks.onDidStartTaskProcess(resolve);
    vscode.tasks.executeTask(task);
  });
}

/** Gives its own variables for terminals to whoever asks for its exports. */
exports.activate = async ({ environmentVariableCollection, subscriptions }) => {
  const createDebugAdapterDescriptor = () => new vscode.DebugAdapterInlineImplementation(new Debugger());
  subscriptions.push(
    vscode.debug.registerDebugAdapterDescriptorFactory('foreign', { createDebugAdapterDescriptor }),
  );
  if (process.env.EDITOR_TEST_BEGINS_EARLY === 'true') await beginEarly();
  return environmentVariableCollection;
};

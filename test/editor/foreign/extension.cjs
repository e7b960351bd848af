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

/** Gives its own variables for terminals to whoever asks for its exports. */
exports.activate = ({ environmentVariableCollection, subscriptions }) => {
  const createDebugAdapterDescriptor = () => new vscode.DebugAdapterInlineImplementation(new Debugger());
  subscriptions.push(
    vscode.debug.registerDebugAdapterDescriptorFactory('foreign', { createDebugAdapterDescriptor }),
  );
  return environmentVariableCollection;
};

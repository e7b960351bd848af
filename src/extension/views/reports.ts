import * as vscode from 'vscode';
import { DisposableList, type Disposable } from '../../base/disposable.ts';
import { copyReportTitle } from '../../presentation/doctorReport.ts';
import { commandIds, reportScheme } from '../ids.ts';

/** How many reports are kept for tabs that are still open. */
const maxReports = 50;

/** Pages of text that cannot be changed and need not be saved, each in a tab of its own. */
export class Reports implements vscode.TextDocumentContentProvider, Disposable {
  readonly #owned = new DisposableList();
  readonly #changed = this.#owned.add(new vscode.EventEmitter<vscode.Uri>());
  readonly #texts = new Map<string, string>();

  readonly onDidChange = this.#changed.event;

  constructor() {
    this.#owned.add(vscode.workspace.registerTextDocumentContentProvider(reportScheme, this));
    const lens = new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), {
      title: copyReportTitle,
      command: commandIds.copyReport,
    });
    const provider = { provideCodeLenses: () => [lens] };
    this.#owned.add(vscode.languages.registerCodeLensProvider({ scheme: reportScheme }, provider));
  }

  /** Shows a report; one with the same title is replaced. */
  async show(title: string, text: string, language: string = reportScheme): Promise<void> {
    await vscode.window.showTextDocument(await this.#open(title, text, language), { preview: true });
  }

  /** Keeps a report to be shown in another form. */
  async write(title: string, text: string): Promise<vscode.Uri> {
    return (await this.#open(title, text, reportScheme)).uri;
  }

  /** The language says how a page is shown: the lines of a report are wrapped. */
  async #open(title: string, text: string, language: string): Promise<vscode.TextDocument> {
    const document = await vscode.workspace.openTextDocument(this.#keep(title, text));
    return vscode.languages.setTextDocumentLanguage(document, language);
  }

  #keep(title: string, text: string): vscode.Uri {
    const uri = vscode.Uri.from({ scheme: reportScheme, path: `/${title.replaceAll('/', '∕')}` });
    this.#texts.delete(uri.path);
    this.#texts.set(uri.path, text);
    const [oldest] = this.#texts.keys();
    if (this.#texts.size > maxReports && oldest !== undefined) this.#texts.delete(oldest);
    this.#changed.fire(uri);
    return uri;
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.path) ?? '';
  }

  dispose(): void {
    this.#owned.dispose();
  }
}

import * as vscode from 'vscode';
import { DisposableList, type Disposable } from '../../base/disposable.ts';
import type { Logger } from '../../base/logger.ts';
import { isScan, type DecisionStore } from '../../client/decisionStore.ts';
import type { EndpointClient } from '../../client/endpointClient.ts';
import { formatExplanation } from '../../presentation/explanationText.ts';
import {
  parsePanelRequest,
  type PanelAction,
  type PanelRequest,
  type PanelUpdate,
} from '../../presentation/panelMessages.ts';
import { notInLogText } from '../../presentation/refusalLink.ts';
import { sessionKeyOf } from '../../presentation/sessionKey.ts';
import { formatUnseen } from '../../presentation/statusText.ts';
import type { AuditRecord } from '../../protocol/auditRecord.ts';
import type { Background } from '../adapters/background.ts';
import type { Notices } from '../adapters/notices.ts';
import { commandIds, viewIds } from '../ids.ts';
import type { TerminalRegistry } from '../injection/terminalRegistry.ts';
import { findRefusal } from '../model/findRefusal.ts';
import { OlderDecisions } from '../model/olderDecisions.ts';
import type { WindowStatus } from '../model/windowStatus.ts';
import { createDecisionRow } from './decisionItem.ts';
import { saveExport } from './saveExport.ts';
import { createPanelPage } from './panelPage.ts';
import { createRepaint } from './repaint.ts';
import { sendInPieces } from './sendInPieces.ts';

/** What the panel is given. */
export interface DeniedPanelParts {
  readonly decisions: DecisionStore;
  readonly status: WindowStatus;
  readonly registry: TerminalRegistry;
  readonly client: EndpointClient;
  /** Where the extension lies. */
  readonly extension: vscode.Uri;
  readonly background: Background;
  readonly logger: Logger;
  readonly notices: Notices;
}

/** How many pages of the log a person gets at once. */
const pagesPerRequest = 10;

/** How many records the page is told of in one turn: the editor looks through every message before it passes it on. */
const recordsPerTurn = 200;

/** The commands behind the panel's buttons; each takes a row. */
const actionCommands: Readonly<Record<PanelAction, string>> = {
  allow: commandIds.allowDenied,
  block: commandIds.blockCommand,
  copy: commandIds.copyCommand,
  openRule: commandIds.openRule,
  showTerminal: commandIds.showTerminal,
};

/** The panel of denied commands. The page keeps the rows; while it cannot be seen, nothing is sent to it. */
export class DeniedPanel implements vscode.WebviewViewProvider, Disposable {
  readonly #parts: DeniedPanelParts;
  readonly #owned = new DisposableList();
  readonly #feed = this.#owned.add(createRepaint(() => this.#send()));
  #view: vscode.WebviewView | null = null;
  #isReady = false;
  /** How many pages there were. */
  #page = 0;
  /** Ends when the page was told of everything that there was to tell. */
  #sending: Promise<void> = Promise.resolve();
  /** The records that the page has, or is being told, of those that are kept here. */
  #sent: ReadonlySet<string> = new Set();
  #older: OlderDecisions;
  #wanted: string | null = null;

  constructor(parts: DeniedPanelParts) {
    this.#parts = parts;
    this.#older = this.#createOlder();
    this.#owned.add(vscode.window.registerWebviewViewProvider(viewIds.denied, this));
    this.#owned.add(parts.decisions.onDidChange(() => this.refresh()));
    this.#owned.add(parts.registry.onDidChange(() => this.refresh()));
    this.#owned.add(
      parts.status.onDidChange(() => {
        this.#showBadge();
        this.#sendState();
      }),
    );
  }

  /** Whether the panel can be seen now. */
  get isVisible(): boolean {
    return this.#view?.visible === true;
  }

  /** Brings the panel to the front, and in it one decision by its id or the first digits of it. */
  async show(id?: string): Promise<void> {
    this.#wanted = id ?? null;
    await vscode.commands.executeCommand(`${viewIds.denied}.focus`);
    if (this.#isReady) this.#send();
  }

  /** Sends what is new, soon. */
  refresh(): void {
    if (this.#isReady) this.#feed.request();
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.#view = view;
    this.#isReady = false;
    const { webview } = view;
    const { extension, status } = this.#parts;
    webview.options = {
      enableScripts: true,
      localResourceRoots: ['dist', 'media'].map((folder) => vscode.Uri.joinPath(extension, folder)),
    };
    this.#owned.add(webview.onDidReceiveMessage((message: unknown) => this.#receive(message)));
    this.#owned.add(
      view.onDidChangeVisibility(() => {
        // The page of a hidden view is gone; a new one says when it is ready, which may be told before this.
        if (view.visible) status.update({ unseenDenials: 0 });
        else this.#isReady = false;
      }),
    );
    this.#owned.add(
      view.onDidDispose(() => {
        this.#view = null;
        this.#isReady = false;
      }),
    );
    webview.html = createPanelPage(webview, extension);
    status.update({ unseenDenials: 0 });
    this.#showBadge();
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #createOlder(): OlderDecisions {
    return new OlderDecisions(this.#parts.client, {
      addOlder: (records) => {
        const fresh = records.filter((record) => !isScan(record) && !this.#sent.has(record.id));
        this.#post({ type: 'records', records: fresh });
        return fresh.length;
      },
    });
  }

  #receive(message: unknown): void {
    const request = parsePanelRequest(message);
    if (!request.ok) {
      this.#parts.logger.warn(`the panel said something that cannot be read: ${request.error}`);
      return;
    }
    this.#parts.background.run('serving the panel', () => this.#serve(request.value));
  }

  async #serve(request: PanelRequest): Promise<void> {
    switch (request.type) {
      case 'ready':
        this.#isReady = true;
        this.#page += 1;
        this.#sent = new Set();
        this.#older = this.#createOlder();
        this.#sendState();
        this.#send();
        return;
      case 'loadOlder':
        await this.#loadOlder();
        return;
      case 'protect':
        await vscode.commands.executeCommand(commandIds.protectTerminal);
        return;
      case 'explain':
        await this.#explain(request.record);
        return;
      case 'act':
        await vscode.commands.executeCommand(
          actionCommands[request.action],
          createDecisionRow(request.record),
        );
        return;
      case 'export':
        await saveExport(request.format, request.text, this.#parts.notices);
        return;
    }
  }

  async #loadOlder(): Promise<void> {
    for (let page = 0; page < pagesPerRequest && this.#older.mayHaveMore; page += 1) {
      const added = await this.#older.load();
      if (added.ok) continue;
      this.#parts.logger.warn(`older decisions cannot be read: ${added.error}`);
      break;
    }
    this.#sendState();
  }

  async #explain({ id, request, agent, cwd }: AuditRecord): Promise<void> {
    const subject = { command: request.command, agent, ...(cwd === null ? {} : { cwd }) };
    const tested = await this.#parts.client.explain(subject);
    if (!tested.ok) {
      this.#parts.logger.warn(`a decision cannot be explained: ${tested.error.message}`);
      return;
    }
    const { explanation } = tested.value;
    if (explanation === null) return;
    this.#post({ type: 'explained', id, sections: formatExplanation({ ...tested.value, explanation }) });
  }

  /** Sends the kept records that the page does not have yet. */
  #send(): void {
    if (!this.#isReady) return;
    const { decisions, registry } = this.#parts;
    const kept = [...decisions.decisions, ...decisions.denied];
    const fresh = kept.filter(({ id }) => !this.#sent.has(id));
    this.#sent = new Set(kept.map(({ id }) => id));
    if (fresh.length > 0) {
      const sessions = new Map(fresh.map((record) => [sessionKeyOf(record), record]));
      const names = [...sessions].flatMap(([key, record]): readonly (readonly [string, string])[] => {
        const name = registry.nameOfRecord(record);
        return key === null || name === null ? [] : [[key, name]];
      });
      this.#post({ type: 'names', names });
    }
    const page = this.#page;
    const isThere = (): boolean => this.#isReady && this.#page === page;
    const send = (): Promise<void> => this.#sendRecords(fresh, kept, isThere);
    // Behind what is being sent: a record that is to be shown may be in it.
    this.#sending = this.#sending.then(send, send);
    this.#parts.background.run('telling the panel of decisions', () => this.#sending);
  }

  /** Sends what is new to a page, and then shows in it what a person wants to see. */
  async #sendRecords(
    fresh: readonly AuditRecord[],
    kept: readonly AuditRecord[],
    isThere: () => boolean,
  ): Promise<void> {
    await sendInPieces(fresh, recordsPerTurn, (records) => this.#post({ type: 'records', records }), isThere);
    // Another page is told of everything, and of this, when it is ready.
    if (!isThere()) return;
    const wanted = this.#wanted;
    this.#wanted = null;
    if (wanted === null) return;
    const known = kept.find(({ id }) => id.startsWith(wanted));
    if (known !== undefined) this.#post({ type: 'show', id: known.id });
    else this.#parts.background.run('looking for a refusal', () => this.#showFromLog(wanted));
  }

  /** A terminal keeps what was refused in it for longer than the window keeps the decision. */
  async #showFromLog(digits: string): Promise<void> {
    const { client, notices } = this.#parts;
    const found = await findRefusal(client, digits);
    if (found === null) {
      notices.inform(notInLogText);
      return;
    }
    this.#post({ type: 'records', records: [found] });
    this.#post({ type: 'show', id: found.id });
  }

  #sendState(): void {
    if (!this.#isReady) return;
    const { guardEnabled } = this.#parts.status.current;
    this.#post({ type: 'state', guardEnabled, mayHaveOlder: this.#older.mayHaveMore });
  }

  #post(update: PanelUpdate): void {
    const view = this.#view;
    if (view === null) return;
    this.#parts.background.run('telling the panel', async () => {
      await view.webview.postMessage(update);
    });
  }

  #showBadge(): void {
    const { unseenDenials } = this.#parts.status.current;
    if (this.#view === null) return;
    // Nothing is none to the oldest editors: they keep the number that was there, but show no zero.
    const tooltip = unseenDenials === 0 ? '' : formatUnseen(unseenDenials);
    this.#view.badge = { value: unseenDenials, tooltip };
  }
}

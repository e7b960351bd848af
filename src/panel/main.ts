import './language.ts';
import type { PanelRequest, PanelUpdate } from '../presentation/panelMessages.ts';
import { Panel } from './panel.ts';

/** What the editor gives to the page. */
declare function acquireVsCodeApi(): {
  postMessage(message: PanelRequest): void;
  getState(): unknown;
  setState(state: unknown): void;
};

const editor = acquireVsCodeApi();
const panel = new Panel({
  tell: (request) => editor.postMessage(request),
  kept: editor.getState(),
  keep: (state) => editor.setState(state),
  now: () => Date.now(),
});
document.body.append(panel.element);
window.addEventListener('message', (event: MessageEvent<PanelUpdate>) => panel.take(event.data));
document.addEventListener('keydown', (event) => panel.onKey(event));
editor.postMessage({ type: 'ready' });

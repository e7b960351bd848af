import assert from 'node:assert/strict';
import type { Host } from '../host/host.mjs';
import { until } from '../host/until.mjs';

/** How long an agent may take for the one command by which it is tried, in milliseconds. */
const trialMs = 130_000;

/** What a person does about an agent outside guarded terminals, by the command of the window. */
export class AgentQuestion {
  readonly #host: Host;
  readonly #title: string;

  constructor(host: Host, title: string) {
    this.#host = host;
    this.#title = title;
  }

  /** Chooses what to do with the agent. */
  async choose(deed: 'Preview' | 'Write it' | 'Try it' | 'Take it out'): Promise<void> {
    await this.#host.runCommand('Rampart: Guard an Agent Outside Terminals');
    await this.#answer('Guard an agent that runs commands outside guarded terminals', this.#title);
    await this.#answer(this.#title, deed);
  }

  /** Sees what would be written beside what is there. */
  async seesComparison(): Promise<void> {
    const { page } = this.#host;
    await page.locator('.tab.active', { hasText: 'Preview: ' }).waitFor();
    await page
      .locator('.monaco-diff-editor .view-line', { hasText: /rampart/i })
      .first()
      .waitFor();
  }

  /** Is asked in a place that covers neither that line of the comparison nor what is below it. */
  async leavesBare(text: RegExp): Promise<void> {
    const { page } = this.#host;
    const line = page.locator('.monaco-diff-editor .view-line', { hasText: text }).first();
    const isBare = async (): Promise<boolean> => {
      const asked = await page.locator('.quick-input-widget:not([style*="display: none"])').boundingBox();
      const shown = await line.boundingBox();
      return asked !== null && shown !== null && asked.y + asked.height <= shown.y + shown.height;
    };
    await until(isBare, { what: 'the comparison to be seen beside the question' });
  }

  /** Answers the question behind the comparison. */
  async agree(isAgreed: boolean): Promise<void> {
    const question = `Write what is shown into your settings of ${this.#title}?`;
    await this.#answer(question, isAgreed ? 'Write it' : 'Write nothing');
  }

  /** Is told that; then the notification is closed. */
  async isTold(what: string): Promise<void> {
    const { page } = this.#host;
    const told = new RegExp(`${this.#title} (obeys|was not seen)`);
    const toast = page.locator('.notification-toast', { hasText: told }).first();
    await toast.waitFor({ timeout: trialMs });
    const text = await toast.innerText();
    assert.ok(text.includes(`${this.#title} ${what}`), text);
    await this.#host.runCommand('Notifications: Clear All Notifications');
    await toast.waitFor({ state: 'detached' });
  }

  /** Types an answer and presses Enter, once that question is asked: it comes in the place of another one. */
  async #answer(question: string, answer: string): Promise<void> {
    const widget = this.#host.page.locator('.quick-input-widget', {
      has: this.#host.page.locator('.quick-input-title').getByText(question, { exact: true }),
    });
    const input = widget.locator('.quick-input-box input');
    await input.fill(answer);
    await widget.locator('.monaco-list-row.focused', { hasText: answer }).waitFor();
    await input.press('Enter');
  }
}

import type { Host } from '../host/host.mjs';

/** How long an agent may take for the one command by which it is tried, in milliseconds. */
const trialMs = 180_000;

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
    await this.#host.pick(this.#title);
    // Each line of the other list names the agent, too, but none has this beside it.
    await this.#host.page.locator('.quick-input-title', { hasText: this.#title }).waitFor();
    await this.#host.pick(deed);
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

  /** Answers the question behind the comparison. */
  async agree(isAgreed: boolean): Promise<void> {
    await this.#host.page
      .locator('.quick-input-title', { hasText: `into your settings of ${this.#title}?` })
      .waitFor();
    await this.#host.pick(isAgreed ? 'What stands there is kept' : 'Write nothing');
  }

  /** Is told that; then the notification is closed. */
  async isTold(what: string): Promise<void> {
    const { page } = this.#host;
    const toast = page.locator('.notification-toast', { hasText: `${this.#title} ${what}` }).first();
    await toast.waitFor({ timeout: trialMs });
    await this.#host.runCommand('Notifications: Clear All Notifications');
    await toast.waitFor({ state: 'detached' });
  }
}

import * as vscode from 'vscode';
import type { Logger } from '../../base/logger.ts';
import { failure, success, type Result } from '../../base/result.ts';
import { formatSocketUrl } from '../../client/endpointAddress.ts';
import type { Installation } from '../../client/installation.ts';
import { isGuardEnabled, writeGuardEnabled } from '../configuration.ts';
import { contextKeys } from '../ids.ts';
import type { WindowStatus } from '../model/windowStatus.ts';
import { armTerminals, disarmTerminals } from './terminalEnvironment.ts';

/** What the guard is given. */
export interface GuardParts {
  readonly collection: vscode.GlobalEnvironmentVariableCollection;
  readonly status: WindowStatus;
  /** Installs library and command to their stable paths; repeated it costs little. */
  readonly install: () => Result<Installation, string>;
  readonly socket: string;
  readonly platform: string;
  /** Keeps an endpoint running from now on. */
  readonly startEndpoint: () => void;
  readonly logger: Logger;
}

/** Whether new terminals and tasks get the library: the user's setting, carried out for this window. */
export class Guard {
  readonly #parts: GuardParts;
  #library: string | null = null;

  constructor(parts: GuardParts) {
    this.#parts = parts;
  }

  /** Whether a terminal that opens now gets the library. */
  get isArmed(): boolean {
    return this.#library !== null;
  }

  /** The library that terminals are told of now; null while they are told of none. */
  get library(): string | null {
    return this.#library;
  }

  /** Carries out the user's setting: arms or disarms new terminals. A failure leaves them disarmed, and is shown. */
  async apply(): Promise<Result<null, string>> {
    const { status, platform, logger } = this.#parts;
    const enabled = isGuardEnabled() && status.current.supported;
    await vscode.commands.executeCommand('setContext', contextKeys.guardEnabled, enabled);
    if (!enabled) {
      this.#disarm();
      status.update({ guardEnabled: false, problem: null });
      return status.current.supported ? success(null) : failure(`there is no library for ${platform}`);
    }
    const installed = this.#parts.install();
    if (!installed.ok) {
      this.#disarm();
      logger.error(`the guard could not be set up: ${installed.error}`);
      status.update({ guardEnabled: true, problem: installed.error });
      return installed;
    }
    armTerminals(this.#parts.collection, {
      library: installed.value.library,
      command: installed.value.command,
      url: formatSocketUrl(this.#parts.socket),
      platform,
    });
    this.#library = installed.value.library;
    status.update({ guardEnabled: true, problem: null });
    this.#parts.startEndpoint();
    return success(null);
  }

  /** Turns the guard on for good. */
  async turnOn(): Promise<Result<null, string>> {
    if (!isGuardEnabled()) await writeGuardEnabled(true);
    return this.apply();
  }

  /** Turns the guard off for new terminals; those that are guarded stay so. */
  async turnOff(): Promise<void> {
    await writeGuardEnabled(false);
    await this.apply();
  }

  #disarm(): void {
    disarmTerminals(this.#parts.collection);
    this.#library = null;
  }
}

import * as vscode from 'vscode';
import type { Disposable } from '../../base/disposable.ts';
import type { Logger } from '../../base/logger.ts';
import { failure, success, type Result } from '../../base/result.ts';
import { formatSocketUrl } from '../../client/endpointAddress.ts';
import type { GuardSubject } from '../../client/endpointClient.ts';
import type { HostGuard } from '../../client/hostGuard.ts';
import type { Installation } from '../../client/installation.ts';
import type { GuardPointers } from '../../client/readLoader.ts';
import { isGuardWanted, type WorkspaceGuard } from '../../presentation/workspaceGuard.ts';
import { isGuardEnabled, isHostGuardWanted, readGuardScope, writeGuardEnabled } from '../configuration.ts';
import { contextKeys } from '../ids.ts';
import type { WindowStatus } from '../model/windowStatus.ts';
import { armTerminals, disarmTerminals } from './terminalEnvironment.ts';
import type { KeptWishes } from './keptWishes.ts';
import type { WorkspaceChoice } from './workspaceChoice.ts';

/** What the guard is given. */
export interface GuardParts {
  readonly collection: vscode.GlobalEnvironmentVariableCollection;
  readonly status: WindowStatus;
  readonly workspace: WorkspaceChoice;
  readonly kept: KeptWishes;
  readonly host: HostGuard;
  /** Installs library and command to their stable paths; repeated it costs little. */
  readonly install: () => Result<Installation, string>;
  /** Sees whether the loader takes the library. */
  readonly check: (library: string) => Promise<Result<null, string>>;
  readonly socket: string;
  readonly platform: string;
  /** Keeps an endpoint running from now on. */
  readonly startEndpoint: () => void;
  /** Has it recorded that the guard of this window, or a part of it, was turned on or off. */
  readonly record: (change: GuardTurn) => Promise<void>;
  readonly logger: Logger;
}

/** The guard of this window, or a part of it, was turned on or off. */
export interface GuardTurn {
  readonly of: GuardSubject;
  readonly guarded: boolean;
  /** The command by which; null when it was the setting. */
  readonly command: string | null;
}

/** Whether new terminals and tasks get the library: the user's wish, carried out for this window. */
export class Guard implements Disposable {
  readonly #parts: GuardParts;
  #library: string | null = null;
  #applying: Promise<Result<null, string>> = Promise.resolve(success(null));
  /** Whether the guard was wanted here when that was last carried out, in another window at first. */
  #wasWanted: boolean;
  #tcpUrl: string | null = null;
  /** The command whose wish comes next. */
  #command: string | null = null;

  constructor(parts: GuardParts) {
    this.#parts = parts;
    const { kept, status, workspace } = parts;
    this.#wasWanted = status.current.supported && isGuardWanted(kept.was('terminals'), workspace.read());
  }

  /** Whether a terminal that opens now gets the library. */
  get isArmed(): boolean {
    return this.#library !== null;
  }

  /** What terminals are told of now. */
  get pointers(): GuardPointers {
    const socket = formatSocketUrl(this.#parts.socket);
    return { library: this.#library, urls: this.#tcpUrl === null ? [socket] : [socket, this.#tcpUrl] };
  }

  /** The endpoint said at which TCP address it answers, too; null when at none. */
  hearTcpUrl(url: string | null): void {
    this.#tcpUrl = url;
  }

  /** What a person said about this workspace. */
  get here(): WorkspaceGuard {
    return this.#parts.workspace.read();
  }

  /** Carries out the user's wish: arms or disarms what starts from now on. A failure leaves it disarmed, and is shown. */
  async apply(): Promise<Result<null, string>> {
    // One after the other, so that the last wish stays.
    this.#applying = this.#applying.then(() => this.#applyNow());
    return this.#applying;
  }

  /** Turns the guard on for good, in this workspace too. */
  async turnOn(command: string): Promise<Result<null, string>> {
    const { workspace } = this.#parts;
    this.#command = command;
    if (workspace.read() === 'off') await workspace.write('follow');
    if (workspace.read() === 'follow' && !isGuardEnabled()) await writeGuardEnabled(true);
    return this.apply();
  }

  /** Turns the guard off for what starts from now on; what is guarded stays so. */
  async turnOff(command: string): Promise<void> {
    const { workspace } = this.#parts;
    this.#command = command;
    if (workspace.read() === 'on') await workspace.write('follow');
    await writeGuardEnabled(false);
    this.#parts.logger.warn('the guard was turned off');
    await this.apply();
  }

  /** Turns the guard on or off in this workspace, or lets it follow the user's setting again. */
  async setHere(choice: WorkspaceGuard, command: string): Promise<Result<null, string>> {
    this.#command = command;
    await this.#parts.workspace.write(choice);
    this.#parts.logger.warn(`the guard in this workspace was set to: ${choice}`);
    return this.apply();
  }

  dispose(): void {
    this.#parts.host.dispose();
  }

  async #applyNow(): Promise<Result<null, string>> {
    const { kept, status, platform } = this.#parts;
    const { here } = this;
    const enabled = isGuardWanted(isGuardEnabled(), here) && status.current.supported;
    const command = this.#command;
    this.#command = null;
    await vscode.commands.executeCommand('setContext', contextKeys.guardEnabled, enabled);
    const armed = enabled ? await this.#arm() : success(null);
    if (!enabled || !armed.ok) await this.#disarm();
    status.update({ guardEnabled: enabled, here, problem: armed.ok ? null : armed.error });
    if (!status.current.supported) return failure(`there is no library for ${platform}`);
    if (enabled && armed.ok) this.#parts.startEndpoint();
    if (enabled !== this.#wasWanted) await this.#parts.record({ of: 'terminals', guarded: enabled, command });
    this.#wasWanted = enabled;
    await kept.keep('terminals', isGuardEnabled());
    if (enabled && armed.ok) await this.#recordParts();
    return armed;
  }

  /** What the settings say of parts of the guard may have changed while nobody looked. */
  async #recordParts(): Promise<void> {
    const { kept, record } = this.#parts;
    const wishes = { extensions: isHostGuardWanted(), persons: readGuardScope() === 'all' } as const;
    for (const of of ['extensions', 'persons'] as const) {
      const guarded = wishes[of];
      if (kept.was(of) === guarded) continue;
      await kept.keep(of, guarded);
      await record({ of, guarded, command: null });
    }
  }

  async #arm(): Promise<Result<null, string>> {
    const { collection, socket, platform, host, logger } = this.#parts;
    const installed = this.#parts.install();
    const usable = installed.ok ? await this.#parts.check(installed.value.library) : installed;
    if (!installed.ok || !usable.ok) {
      const reason = usable.ok ? '' : usable.error;
      logger.error(`the guard could not be set up: ${reason}`);
      return failure(reason);
    }
    const { library, command } = installed.value;
    const url = formatSocketUrl(socket);
    armTerminals(collection, { library, command, url, platform });
    this.#library = library;
    await host.apply(isHostGuardWanted() ? { library, url } : null);
    return success(null);
  }

  async #disarm(): Promise<void> {
    disarmTerminals(this.#parts.collection);
    this.#library = null;
    await this.#parts.host.apply(null);
  }
}

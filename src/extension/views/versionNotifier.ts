import * as vscode from 'vscode';
import type { EndpointClient } from '../../client/endpointClient.ts';
import { protectMessages, restartButton } from '../../presentation/protectText.ts';
import type { Background } from '../adapters/background.ts';

/** What the notifier is given. */
export interface VersionParts {
  /** Of this extension. */
  readonly version: string;
  readonly client: EndpointClient;
  readonly background: Background;
}

/** Tells once that the endpoint is of another version, and offers to have it started anew. */
export function createVersionNotifier({
  version,
  client,
  background,
}: VersionParts): (other: string) => void {
  let told = version;
  return (other) => {
    if (other === told || other === version) return;
    told = other;
    background.run('telling of another version', async () => {
      const text = protectMessages.otherVersion(other, version);
      const chosen = await vscode.window.showWarningMessage(text, restartButton);
      // The windows start the next one at once.
      if (chosen === restartButton) await client.shutdown();
    });
  };
}

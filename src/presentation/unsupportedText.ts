import { t } from './localise.ts';
import { protectMessages } from './protectText.ts';

/** What helps where there is no library. */
export interface UnsupportedAdvice {
  readonly text: string;
  readonly button: string;
  readonly help: 'wsl' | 'platforms';
}

/** What to say and to offer on a platform without a library. */
export function unsupportedAdvice(platform: string, arch: string): UnsupportedAdvice {
  const text = protectMessages.unsupported(platform, arch);
  return platform === 'win32'
    ? { text, button: t`Reopen in WSL`, help: 'wsl' }
    : { text, button: t`Supported Platforms`, help: 'platforms' };
}

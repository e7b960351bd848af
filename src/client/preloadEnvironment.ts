import type { Mode } from '../protocol/mode.ts';
import { loaderVariable } from '../protocol/environment.ts';

/** A set of environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a guarded tree is told. What is left out stays as the environment has it. */
export interface PreloadSettings {
  /** Path of the library as the loader takes it: absolute, without space, colon or `$`; null leaves the loader alone. */
  readonly library: string | null;
  readonly url: string;
  /** An empty text means "not set" to the library and hides what an outer environment says. */
  readonly mode?: Mode | '';
  readonly failOpen?: boolean | '';
  readonly agent?: string;
  readonly session?: string;
  readonly debug?: boolean;
}

/** One variable that arms a tree: its value replaces the old one, or is put before it. */
export interface ArmingVariable {
  readonly name: string;
  readonly value: string;
  readonly kind: 'replace' | 'prepend';
}

/** What stands between the libraries in the loader variable; ld.so(8) takes a colon, dyld only that. */
export const loaderSeparator = ':';

/** Whether the loader takes a path as one library: it splits at spaces and colons, and expands `$`. */
export function isLoadablePath(path: string): boolean {
  return path.startsWith('/') && !/[\s:;$]/.test(path);
}

/** The variables that arm a tree. */
export function armingVariables(settings: PreloadSettings, platform: string): readonly ArmingVariable[] {
  const { library, mode, failOpen, agent, session, debug } = settings;
  const replaced: readonly (readonly [string, string | undefined])[] = [
    ['RAMPART_URL', settings.url],
    ['RAMPART_MODE', mode],
    ['RAMPART_FAIL_OPEN', typeof failOpen === 'boolean' ? String(Number(failOpen)) : failOpen],
    ['RAMPART_AGENT', agent],
    ['RAMPART_SESSION', session],
    ['RAMPART_DEBUG', debug === undefined ? undefined : String(Number(debug))],
  ];
  return [
    ...(library === null
      ? []
      : [{ name: loaderVariable(platform), value: library, kind: 'prepend' } as const]),
    ...replaced.flatMap(([name, value]) =>
      value === undefined ? [] : [{ name, value, kind: 'replace' } as const],
    ),
  ];
}

/** An environment in which every program is guarded, by one library: other copies of ours are taken out. */
export function armEnvironment(
  environment: Environment,
  settings: PreloadSettings,
  platform: string,
): Record<string, string> {
  const armed: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) if (value !== undefined) armed[name] = value;
  for (const { name, value, kind } of armingVariables(settings, platform)) {
    armed[name] = kind === 'replace' ? value : prepend(value, armed[name] ?? '');
  }
  return armed;
}

function prepend(library: string, loaded: string): string {
  const name = library.slice(library.lastIndexOf('/'));
  const others = loaded.split(/[\s:]+/).filter((entry) => entry !== '' && !entry.endsWith(name));
  return [library, ...others].join(loaderSeparator);
}

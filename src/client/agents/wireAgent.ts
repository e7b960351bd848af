import { formatSocketUrl } from '../endpointAddress.ts';
import { installedCommand, installedLibrary } from '../installation.ts';
import type { InstallationPlace } from '../installation.ts';
import { armingVariables } from '../preloadEnvironment.ts';
import { loaderVariable } from '../../protocol/environment.ts';
import type { StatePaths } from '../../system/stateDirectory.ts';
import type { AgentAdapter } from './agentAdapters.ts';
import type { AgentWiring } from './settingsEdit.ts';

/** What an agent is told on this machine: stable paths only, so that it holds for every version and every start. */
export function wireAgent(
  { agent, format }: AgentAdapter,
  place: InstallationPlace,
  paths: StatePaths,
): AgentWiring {
  const library = installedLibrary(place);
  // Empty means "not set": what a repository says there is hidden.
  const settings = { library, url: formatSocketUrl(paths.socket), mode: '', failOpen: '', agent } as const;
  const variables = armingVariables(settings, place.platform).map(
    ({ name, value }) => [name, value] as const,
  );
  const command = quote(installedCommand(place));
  return {
    variables: Object.fromEntries(variables),
    loader: loaderVariable(place.platform),
    // A hook whose program is gone must not stop the agent.
    hook:
      format === null
        ? ''
        : `[ ! -x ${command} ] || exec ${command} hook --state-dir ${quote(paths.directory)} ${format}`,
  };
}

function quote(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}

import type { Call } from './call.ts';
import type { Component } from './component.ts';
import { assignedNames, removedNames } from './matchCall.ts';

/** What a call can do that conditions ask about. */
export type Trait =
  | 'deletes'
  | 'changes_rights'
  | 'operation'
  | 'signals'
  | 'mounts'
  | 'writes'
  | 'sends'
  | 'runs_code_from'
  | 'command_env_assignments'
  | 'command_env_removals';

/** Whether a call does anything of the kind, wherever and to whatever. */
export function hasTrait(call: Call, trait: Trait): boolean {
  const some = (does: (component: Component) => boolean): boolean => call.reading.components.some(does);
  switch (trait) {
    case 'deletes':
      return some((component) => call.deletionsOf(component).length > 0);
    case 'changes_rights':
      return some((component) => call.rightsOf(component).length > 0);
    case 'operation':
      return some((component) => call.operationsOf(component).size > 0);
    case 'signals':
      return some((component) => call.signalsEndpoint(component));
    case 'mounts':
      return some((component) => call.mountsOf(component).each.length > 0);
    case 'writes':
      return some((component) => call.writesOf(component).each.length > 0);
    case 'sends':
      return call.sends().each.length > 0;
    case 'runs_code_from':
      return call.codeSources().size > 0;
    case 'command_env_assignments':
      return some((component) => assignedNames(component).length > 0);
    case 'command_env_removals':
      return some((component) => removedNames(component).length > 0);
  }
}

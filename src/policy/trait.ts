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
  if (trait === 'sends') return call.sends().each.length > 0;
  if (trait === 'runs_code_from') return call.codeSources().size > 0;
  for (const component of call.reading.components) if (doesAny(component, trait, call)) return true;
  return false;
}

function doesAny(
  component: Component,
  trait: Exclude<Trait, 'sends' | 'runs_code_from'>,
  call: Call,
): boolean {
  switch (trait) {
    case 'deletes':
      return call.deletionsOf(component).length > 0;
    case 'changes_rights':
      return call.rightsOf(component).length > 0;
    case 'operation':
      return call.operationsOf(component).size > 0;
    case 'signals':
      return call.signalsEndpoint(component);
    case 'mounts':
      return call.mountsOf(component).each.length > 0;
    case 'writes':
      return call.writesOf(component).each.length > 0;
    case 'command_env_assignments':
      return assignedNames(component).length > 0;
    case 'command_env_removals':
      return removedNames(component).length > 0;
  }
}

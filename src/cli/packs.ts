import { join } from 'node:path';
import { switchPolicy } from '../policy/editPolicyFile.ts';
import { listPacks, packsFile } from '../policy/listPacks.ts';
import type { Pack } from '../policy/listPacks.ts';
import { readPolicyTexts, userPolicyFolder } from '../system/policySources.ts';
import { changeFile } from '../system/changeFile.ts';
import type { CommandContext } from './command.ts';
import { say } from './command.ts';
import { exitStatus } from './exitStatus.ts';
import type { PolicyChoice } from './loadPolicy.ts';
import { createPalette } from './palette.ts';
import type { Permission } from './permission.ts';
import { tellEndpoint } from './permission.ts';
import type { RuleChange } from './ruleChange.ts';

/** Prints the packs. */
export function printPacks(choice: PolicyChoice, isJson: boolean, context: CommandContext): number {
  const packs = readPacks(choice);
  const palette = createPalette(context);
  const width = Math.max(...packs.map(({ name }) => name.length));
  context.output.out(
    isJson
      ? `${JSON.stringify(packs.map(({ isOn, replacedBy, ...pack }) => ({ ...pack, on: isOn, replaced_by: replacedBy })))}\n`
      : packs
          .map(({ name, description, isOn, replacedBy }) => {
            const state = isOn ? palette.action('allow', 'on ') : palette.action('deny', 'off');
            const place = replacedBy === null ? '' : `  (${replacedBy})`;
            return `${state}  ${name.padEnd(width)}  ${description}${place}\n`;
          })
          .join(''),
  );
  return exitStatus.done;
}

/** Switches a pack on or off and tells the endpoint; gives the exit status. */
export async function switchPack(
  wanted: { readonly name: string; readonly isOn: boolean },
  permission: Permission,
  { choice, context, isJson }: RuleChange,
): Promise<number> {
  const packs = readPacks(choice);
  const pack = packs.find(({ name }) => name === wanted.name || name === `default-${wanted.name}`);
  if (pack === undefined || choice.home === null) {
    say(
      context,
      `there is no pack \`${wanted.name}\`; there are ${packs.map(({ name }) => name).join(', ')}`,
    );
    return exitStatus.failed;
  }
  const file = join(userPolicyFolder(choice.home), packsFile);
  if (pack.replacedBy !== null && pack.replacedBy !== file) {
    say(context, `a policy in ${pack.replacedBy} stands in the place of ${pack.name}: change it there`);
    return exitStatus.failed;
  }
  const changed = changeFile(file, (text) => switchPolicy(text, pack.name, wanted.isOn));
  if (!changed.ok) {
    say(context, changed.error);
    return exitStatus.failed;
  }
  const { isOn } = wanted;
  const text = `${pack.name} is ${isOn ? 'on' : 'off'}`;
  context.output.out(`${isJson ? JSON.stringify({ name: pack.name, on: isOn }) : text}\n`);
  return (await tellEndpoint(permission, context)) ? exitStatus.done : exitStatus.failed;
}

function readPacks({ bundleFolder, home }: PolicyChoice): readonly Pack[] {
  return listPacks(readPolicyTexts({ bundleFolder, home, files: [] }).texts);
}

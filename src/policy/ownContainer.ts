import type { Component } from './component.ts';
import type { Launch } from './launch.ts';
import { hostIn, othersName, ownContext, ownHost, ownStage, serviceName } from './ownNames.ts';
import { isBelow, joinPath } from './paths.ts';
import type { Assignment, ShellCommand } from './shellScript.ts';

/** Tools whose containers are those that the files of a project describe. */
const projectTools = /^(?:(?:docker-|podman-)compose|devcontainer|ddev)$/;
const engines = /^(?:docker|podman|nerdctl)$/;

const engineVariables = /^(?:DOCKER_(?:HOST|CONTEXT)|CONTAINER_(?:HOST|CONNECTION))$/;
const fileVariables = /^COMPOSE_FILE$/;
const engineOptions = /^(?:-H|--host|-c|--context|--connection|--url|--identity|-r|--remote)$/;
const fileOptions = /^(?:-f|--file|--project-directory|--workspace-folder)$/;

const ownEngine = /^(?:unix:\/\/|npipe:|default$|desktop-linux$|$)/;
const othersStage = /(?:^|[^a-z])(?:staging|stage|preprod|uat|demo)(?:$|[^a-z])/i;

/** What is known of where a command stands. */
interface Standing {
  readonly directory: string | null;
  /** Names that launchers set. */
  readonly assigned: readonly string[];
  readonly isElsewhere: boolean;
  readonly isInOwnContainer: boolean;
}

/** Tells containers of the project's own, or by their names a developer's, on an engine of this machine. */
export class OwnContainers {
  readonly #world: { readonly workspace: string | null };
  /** The commands so far; another adds to them. */
  readonly #components: readonly Component[];
  #lookedAt = 0;
  #isTurned = false;

  constructor(world: { readonly workspace: string | null }, components: readonly Component[]) {
    this.#world = world;
    this.#components = components;
  }

  /** Whether what a command launches runs in one. */
  isOwn(launch: Launch, { words, assignments }: ShellCommand, outer: Standing): boolean {
    if (!launch.isElsewhere) return outer.isInOwnContainer;
    if (outer.isElsewhere) return false;
    const own = words.slice(0, words.length - launch.words.length);
    const call = { texts: own.map(({ text }) => text), assignments, ...outer };
    return isOwnContainer(call, () => this.#world.workspace) && !this.#hasTurned();
  }

  /** Whether a command so far has turned those behind it to other containers. Each is looked at once. */
  #hasTurned(): boolean {
    while (!this.#isTurned && this.#lookedAt < this.#components.length - 1) {
      const each = this.#components[this.#lookedAt];
      this.#lookedAt += 1;
      this.#isTurned = each !== undefined && turnsElsewhere(each);
    }
    return this.#isTurned;
  }
}

function turnsElsewhere({ program, text, assignments }: Component): boolean {
  if (assignments.some(({ name }) => isEngineVariable(name))) return true;
  if (program === 'docker-machine' || (engines.test(program) && /\s(?:context|connection)\s/.test(text)))
    return true;
  if (program === 'source' || program === '.') return othersName.test(text);
  return /(?:DOCKER|CONTAINER|COMPOSE)_[A-Z]+=/.test(text);
}

function isEngineVariable(name: string): boolean {
  return engineVariables.test(name) || fileVariables.test(name);
}

/** A command that starts another in a container, up to where that begins. */
interface ContainerCall {
  readonly texts: readonly string[];
  readonly assignments: readonly Assignment[];
  readonly assigned: readonly string[];
  readonly directory: string | null;
}

function isOwnContainer(call: ContainerCall, workspace: () => string | null): boolean {
  const { texts, assignments, assigned } = call;
  const [program = ''] = texts;
  const name = program.slice(program.lastIndexOf('/') + 1);
  const isOfProject = projectTools.test(name) || (engines.test(name) && isComposed(texts));
  if (!isOfProject && !engines.test(name)) return false;
  const isKnown = !assigned.some(isEngineVariable) && isEngineOwn(texts, assignments);
  if (!isKnown || [...texts.slice(1), ...assignments.map(({ value }) => value.text)].some(isOthers))
    return false;
  const root = workspace();
  if (root === null) return false;
  return isOfProject ? isProjectOwn(call, root) : isNameOwn(texts.at(-1) ?? '', root);
}

function isComposed(texts: readonly string[]): boolean {
  const exec = texts.findIndex((text) => text === 'exec' || text === 'run');
  return texts.slice(1, exec).includes('compose');
}

/** What production is called, or an address of another machine. */
function isOthers(text: string): boolean {
  if (othersName.test(text) || othersStage.test(text)) return true;
  const value = text.replace(/^[\w-]+=/, '');
  if (/^(?:unix|ssh|tcp|npipe):/.test(value)) return false;
  return value.includes('://') && (hostIn(value) ?? []).some((host) => !isBeside(host));
}

/** Whether a host that is named in a container of the project is this machine or another service of it. */
export function isBeside(host: string): boolean {
  return ownHost.test(host) || serviceName.test(host);
}

function isEngineOwn(texts: readonly string[], assignments: readonly Assignment[]): boolean {
  const isOwn = (text: string): boolean => ownEngine.test(text) || ownContext.test(text);
  // Behind the sub-command the same letters mean other things.
  const end = texts.findIndex((text, index) => index > 0 && /^(?:compose|exec|run|container)$/.test(text));
  const told = valuesOf(texts.slice(0, end < 0 ? undefined : end), engineOptions);
  const set = assignments.filter(({ name }) => engineVariables.test(name));
  return [...told, ...set.map(({ value }) => value.text)].every(isOwn);
}

/** The values of options; that of an option without one is its name. */
function valuesOf(texts: readonly string[], option: RegExp): readonly string[] {
  return texts.flatMap((text, index) => {
    const [name = '', value] = text.split(/=(.*)/s);
    if (!option.test(name)) return [];
    return [value ?? texts[index + 1] ?? name];
  });
}

/** The files of a project are looked for where the command runs, unless it names them. */
function isProjectOwn({ texts, assignments, directory }: ContainerCall, workspace: string): boolean {
  const files = assignments
    .filter(({ name }) => fileVariables.test(name))
    .flatMap(({ value }) => value.text.split(':'));
  return ['.', ...valuesOf(texts, fileOptions), ...files].every((file) => {
    const path = joinPath(directory, file);
    return path !== null && (path === workspace || isBelow(path, workspace));
  });
}

/** `PROJECT-SERVICE-1`, as compose names what it starts, or a name with a word for tests or development in it. */
function isNameOwn(name: string, workspace: string): boolean {
  const project = workspace.slice(workspace.lastIndexOf('/') + 1).toLowerCase();
  const isComposedName = new RegExp(`^${project.replaceAll(/[^a-z\d_-]/g, '')}[-_].+[-_]\\d+$`).test(name);
  return isComposedName || name.split(/[-_]/).some((part) => ownStage.test(part));
}

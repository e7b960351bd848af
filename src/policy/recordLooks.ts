import type { ExecRequest } from '../protocol/execRequest.ts';
import type { CallWorld, EvaluationWorld } from './evaluationWorld.ts';

/** A request and a world that note when something is asked of them that another call of the same command may answer otherwise. */
export interface RecordedLooks {
  readonly request: ExecRequest;
  readonly world: CallWorld;
  /** Something other than tool, command text, argv, program, directory and truncation was looked at. */
  hasLooked(): boolean;
  /**
   * The paths on which links were looked for and none was found, when besides those only where home, workspace and temporary
   * directories lie was looked at; null when anything else was.
   */
  unlinkedPaths(): readonly string[] | null;
}

/**
 * Wraps what a judgement may ask, so that no rule has to say what it depends on. Bounds on time are no looks: what is late
 * is refused, or marked as read without the grammar.
 */
export function recordLooks(request: ExecRequest, world: EvaluationWorld): RecordedLooks {
  const looks = new Looks();
  return {
    request: new RecordedRequest(request, looks),
    world: new RecordedWorld(world, looks),
    hasLooked: () => looks.hasLooked,
    unlinkedPaths: () => (looks.hasLookedElsewhere ? null : [...looks.unlinked]),
  };
}

class Looks {
  hasLooked = false;
  /** At more than places and links. */
  hasLookedElsewhere = false;
  readonly unlinked = new Set<string>();

  at<Value>(value: Value): Value {
    this.hasLookedElsewhere = true;
    return this.atPlace(value);
  }

  /** Where a directory lies that the endpoint was told of, or found for the directory of the call. */
  atPlace<Value>(value: Value): Value {
    this.hasLooked = true;
    return value;
  }

  atLinks(path: string, real: string): string {
    if (real !== path) return this.at(real);
    this.unlinked.add(path);
    return this.atPlace(real);
  }
}

class RecordedRequest implements Required<ExecRequest> {
  readonly tool: string;
  readonly command: string;
  readonly argv: readonly string[] | null;
  readonly exe: string | null;
  readonly cwd: string | null;
  readonly truncated: boolean;
  readonly #given: ExecRequest;
  readonly #looks: Looks;

  constructor(given: ExecRequest, looks: Looks) {
    this.tool = given.tool;
    this.command = given.command;
    this.argv = given.argv;
    this.exe = given.exe;
    this.cwd = given.cwd;
    this.truncated = given.truncated;
    this.#given = given;
    this.#looks = looks;
  }

  get id(): string | null {
    return this.#looks.at(this.#given.id);
  }

  get agent(): string {
    return this.#looks.at(this.#given.agent);
  }

  get session(): string {
    return this.#looks.at(this.#given.session);
  }

  get path(): string | null {
    return this.#looks.at(this.#given.path);
  }

  get enforce(): boolean {
    return this.#looks.at(this.#given.enforce);
  }

  get pid(): number | null {
    return this.#looks.at(this.#given.pid);
  }

  get ppid(): number | null {
    return this.#looks.at(this.#given.ppid);
  }

  get sid(): number | null {
    return this.#looks.at(this.#given.sid);
  }

  get door(): string | null {
    return this.#looks.at(this.#given.door);
  }

  get markers(): readonly string[] {
    return this.#looks.at(this.#given.markers);
  }

  get guardable(): boolean {
    return this.#looks.at(this.#given.guardable);
  }

  get argvBase64(): readonly string[] {
    return this.#looks.at(this.#given.argvBase64 ?? []);
  }

  get url(): string | null {
    return this.#looks.at(this.#given.url ?? null);
  }

  get parameters(): Readonly<Record<string, unknown>> {
    return this.#looks.at(this.#given.parameters ?? {});
  }

  get credential(): string {
    return this.#looks.at(this.#given.credential ?? '');
  }

  get depth(): number {
    return this.#looks.at(this.#given.depth ?? 0);
  }
}

class RecordedWorld implements CallWorld {
  readonly reader: EvaluationWorld['reader'];
  readonly #given: EvaluationWorld;
  readonly #looks: Looks;
  readonly #realpaths = new Map<string, string>();

  constructor(given: EvaluationWorld, looks: Looks) {
    this.reader = given.reader;
    this.#given = given;
    this.#looks = looks;
  }

  get home(): string | null {
    return this.#looks.atPlace(this.#given.home);
  }

  get workspace(): string | null {
    return this.#looks.atPlace(this.#given.workspace);
  }

  get temporary(): readonly string[] {
    return this.#looks.atPlace(this.#given.temporary);
  }

  get endpoint(): number | null {
    return this.#looks.at(this.#given.endpoint ?? null);
  }

  realpath(path: string): string {
    const known = this.#realpaths.get(path);
    if (known !== undefined) return known;
    const found = this.#looks.atLinks(path, this.#given.realpath(path));
    this.#realpaths.set(path, found);
    return found;
  }

  now(): number {
    return this.#looks.at(this.#given.now());
  }

  countCalls(tool: string, windowMs: number): number {
    return this.#looks.at(this.#given.countCalls?.(tool, windowMs) ?? 0);
  }

  elapsed(): number {
    return this.#given.elapsed();
  }
}

import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import type { Stats } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { messageOf } from '../base/assert.ts';
import { isRecord } from '../base/record.ts';
import type { Stopwatch } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import type { Logger } from '../base/logger.ts';
import { routes } from '../protocol/routes.ts';
import type { NativeAddon } from '../system/nativeAddon.ts';
import { replaceOwnFile } from '../system/ownFile.ts';
import { parseQuestionFrames } from '../system/questionFrame.ts';
import type { StatePaths } from '../system/stateDirectory.ts';
import { isSameFile } from './endpointLock.ts';
import { parseBody } from './exchange.ts';
import type { EndpointRequest, EndpointResponse } from './exchange.ts';
import { OpenQuestions } from './openQuestions.ts';
import type { WholeQuestion } from './openQuestions.ts';

/** How long an answer stands, in milliseconds: its asker waits 2 s. */
const answerLifeMs = 5_000;

const sweepIntervalMs = 1_000;

/** How many answers stand at once; the oldest goes before its time. */
const maxAnswers = 4_096;

/** What the door needs of the world. */
export interface FifoDoorSettings {
  readonly paths: Pick<StatePaths, 'questions' | 'answers'>;
  readonly addon: Pick<NativeAddon, 'makeFifo'>;
  readonly stopwatch: Stopwatch;
  readonly logger: Logger;
  readonly answer: (request: EndpointRequest) => EndpointResponse | Promise<EndpointResponse>;
}

const unknownForm = 'the question has a form of another version: update the endpoint';

interface OpenFifo {
  readonly stream: Socket;
  readonly status: Stats;
}

/**
 * The way to ask for whom sockets are forbidden: questions come through a FIFO, an answer is a file that has its
 * name from the moment on at which it is whole; docs/protocol.md, section 6. Nobody steers here.
 */
export class FifoDoor implements Disposable {
  readonly #settings: FifoDoorSettings;
  readonly #questions: OpenQuestions;
  /** Times of the answers that stand, by id, the oldest first. */
  readonly #answers = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  #open: OpenFifo;

  /** Throws when the FIFO cannot be made. */
  constructor(settings: FifoDoorSettings) {
    this.#settings = settings;
    this.#questions = new OpenQuestions(settings.stopwatch);
    for (const id of makeFolder(settings.paths.answers)) this.#answers.set(id, settings.stopwatch.elapsed());
    this.#open = this.#openFifo();
    this.#timer = setInterval(() => this.#sweep(), sweepIntervalMs);
    this.#timer.unref();
  }

  /** Whether FIFO and folder still stand where we put them. */
  isInPlace(): boolean {
    const { questions, answers } = this.#settings.paths;
    return isSameFile(this.#open.status, questions) && isFolder(answers);
  }

  /** Makes them again; throws when that cannot be. */
  reopen(): void {
    this.#open.stream.destroy();
    makeFolder(this.#settings.paths.answers);
    this.#open = this.#openFifo();
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#open.stream.destroy();
  }

  #openFifo(): OpenFifo {
    const { paths, addon, logger } = this.#settings;
    const descriptor = openFifo(paths.questions, addon);
    const status = fstatSync(descriptor);
    const stream = new Socket({ fd: descriptor, readable: true, writable: false });
    let rest = Buffer.alloc(0);
    stream.on('error', (error) => logger.error(`the FIFO cannot be read: ${error.message}`));
    stream.on('data', (bytes: Buffer) => {
      const stretch = Buffer.concat([rest, bytes]);
      const { frames, foreign, consumed } = parseQuestionFrames(stretch);
      rest = stretch.subarray(consumed);
      // Whoever asks in a later form is told so: it refuses, instead of waiting in vain.
      for (const id of new Set(foreign)) this.#put(id, JSON.stringify({ error: unknownForm }));
      for (const frame of frames) {
        const whole = this.#questions.take(frame);
        if (whole === null) continue;
        this.#reply(whole).catch((thrown: unknown) => {
          logger.error(`an answer could not be given: ${messageOf(thrown)}`);
        });
      }
    });
    stream.unref();
    return { stream, status };
  }

  /** A question that we fail to answer stays without an answer: that is what its asker's fail mode is for. */
  async #reply({ id, body }: WholeQuestion): Promise<void> {
    const response = await this.#settings.answer(questionOf(body.toString()));
    if (response.kind === 'json' && response.status < 500) this.#put(id, JSON.stringify(response.body));
  }

  #put(id: string, text: string): void {
    const { paths, stopwatch } = this.#settings;
    replaceOwnFile(join(paths.answers, id), text);
    this.#answers.delete(id);
    this.#answers.set(id, stopwatch.elapsed());
    const [oldest] = this.#answers.keys();
    if (oldest !== undefined && this.#answers.size > maxAnswers) this.#remove(oldest);
  }

  #sweep(): void {
    const end = this.#settings.stopwatch.elapsed() - answerLifeMs;
    for (const [id, time] of this.#answers) {
      if (time > end) return;
      this.#remove(id);
    }
  }

  #remove(id: string): void {
    this.#answers.delete(id);
    rmSync(join(this.#settings.paths.answers, id), { force: true });
  }
}

const noQuery = new URLSearchParams();

/** Nobody is known at the other end, so that nothing but a question would be let in. */
function questionOf(text: string): EndpointRequest {
  return {
    method: 'POST',
    path: `${routes.preflight}exec`,
    query: noQuery,
    text,
    lastEventId: null,
    wait: null,
    caller: { door: 'socket', readPeer: () => null, token: tokenIn(text) },
  };
}

/** There is no head, so the token stands in the body; the question of somebody who has one is not everybody's. */
function tokenIn(text: string): string | null {
  const body = parseBody({ text });
  if (!body.ok || !isRecord(body.value)) return null;
  const { token } = body.value;
  return typeof token === 'string' ? token : null;
}

/** Open for writing too, so that it does not end with its last writer. What else stands in its place goes. */
function openFifo(path: string, addon: Pick<NativeAddon, 'makeFifo'>): number {
  const flags = constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOFOLLOW;
  if (!isPrivateFifo(path)) {
    rmSync(path, { recursive: true, force: true });
    addon.makeFifo(path);
  }
  const descriptor = openSync(path, flags);
  if (fstatSync(descriptor).isFIFO()) return descriptor;
  closeSync(descriptor);
  throw new Error(`${path} is not a FIFO`);
}

function isPrivateFifo(path: string): boolean {
  const status = lstatSync(path, { throwIfNoEntry: false });
  return status?.isFIFO() === true && (status.mode & 0o077) === 0;
}

function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** The names that stand in the folder, which is made where it is not. */
function makeFolder(path: string): readonly string[] {
  if (!isFolder(path)) {
    rmSync(path, { force: true });
    mkdirSync(path, { mode: 0o700 });
  }
  return readdirSync(path);
}

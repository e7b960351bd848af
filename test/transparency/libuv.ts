import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cachedFolder } from '../support/cache.ts';
import { unpackSource } from '../support/debian.ts';
import { runWell } from '../support/run.ts';
import type { Suite } from './suite.ts';

/** Which of libuv's tests start, signal or wait for programs. */
const wanted = {
  quick: /^(spawn|kill|fork)_/,
  whole: /^(spawn|fork|kill|process|ipc|pipe_set_non|stdio|signal|we_get_signal|get_passwd|env|closed_fd)/,
};

/** libuv's tests of its processes, in a build of its own source. */
export const libuv: Suite = {
  name: 'libuv',
  fewestCases: { quick: 35, whole: 60 },
  byDesign: {},
  prepare: () =>
    cachedFolder('libuv', async (folder) => {
      const source = join(folder, 'source');
      const build = join(folder, 'build');
      await unpackSource('libuv1', source);
      const options = ['-DLIBUV_BUILD_TESTS=ON', '-DCMAKE_BUILD_TYPE=Debug'];
      await runWell(['cmake', '-S', source, '-B', build, ...options]);
      await runWell(['cmake', '--build', build, '--parallel', '2', '--target', 'uv_run_tests_a']);
    }),
  run: async (folder, scratch, part, command) => {
    const program = join(folder, 'build', 'uv_run_tests_a');
    if (!existsSync(program)) throw new Error(`${program} is gone: remove ${folder}`);
    const names = (await runWell([...asNobody(), program, '--list']))
      .split(/\s+/)
      .filter((name) => wanted[part].test(name));
    const outcomes = new Map<string, string>();
    for (const name of names) {
      const { status, output } = await command([...asNobody(), program, name], { cwd: scratch });
      const [, not, skipped] = /^(not )?ok 1 - \S+(\s*#\s*SKIP)?/im.exec(output) ?? [];
      outcomes.set(
        name,
        skipped !== undefined ? 'skipped' : not === undefined && status === 0 ? 'passed' : 'failed',
      );
    }
    return outcomes;
  },
};

/** libuv's tests refuse root: here it has another number, and may what it may. */
function asNobody(): readonly string[] {
  return process.getuid?.() === 0 ? ['unshare', '--user', '--map-user=1000', '--map-group=1000'] : [];
}

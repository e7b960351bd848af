import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cachedFolder } from '../support/cache.ts';
import { unpackPackage } from '../support/debian.ts';
import { run } from '../support/run.ts';
import type { Suite } from './suite.ts';

const python = '/usr/bin/python3';
const modules = {
  quick: ['test_popen', 'test_posix', 'test_pty'],
  whole: [
    ...['test_subprocess', 'test_os', 'test_posix', 'test_popen', 'test_pty', 'test_signal'],
    ...['test_wait3', 'test_wait4'],
  ],
};

/** CPython's tests of everything that starts, waits for and signals processes, against the system's own Python. */
export const cpython: Suite = {
  name: 'CPython',
  fewestCases: { quick: 150, whole: 800 },
  byDesign: {},
  prepare: async () => {
    const { status, output } = await run([python, '-c', 'import sys; print("%d.%d" % sys.version_info[:2])']);
    if (status !== 0) throw new Error(`${python} does not run: install the Debian package python3`);
    const version = output.trim();
    return cachedFolder(`python${version}-tests`, async (folder) => {
      const fetched = join(folder, 'fetched');
      await unpackPackage(`libpython${version}-testsuite`, fetched);
      // The parts that come with Python itself and those of the package are one Python package.
      for (const from of ['/usr', join(fetched, 'usr')])
        cpSync(join(from, 'lib', `python${version}`, 'test'), join(folder, 'test'), { recursive: true });
      rmSync(fetched, { recursive: true });
    });
  },
  run: async (folder, scratch, part, command) => {
    const report = join(scratch, 'report.xml');
    const words = ['-m', 'test', '--junit-xml', report, ...modules[part]];
    const env = { PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: '1', TMPDIR: scratch };
    const { output } = await command([python, ...words], { cwd: scratch, env });
    if (!existsSync(report)) throw new Error(`CPython's tests wrote no report:\n${output.slice(-2000)}`);
    return parseReport(readFileSync(report, 'utf8'));
  },
};

/** The outcomes of a JUnit report. Of a case that is there several times, for its parts, what is not `passed` counts. */
function parseReport(text: string): ReadonlyMap<string, string> {
  const outcomes = new Map<string, string>();
  for (const match of text.matchAll(/<testcase name="([^"]*)"[^>]*?(?:\/>|>(.*?)<\/testcase>)/gs)) {
    const [, name = '', content = ''] = match;
    const outcome = /<(failure|error|skipped)\b/.exec(content)?.[1] ?? 'passed';
    if ((outcomes.get(name) ?? 'passed') === 'passed') outcomes.set(name, outcome);
  }
  return outcomes;
}

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { startHost, type Host } from '../host/host.mjs';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const manifest = { name: 'harness', publisher: 'test', version: '0.0.0', engines: { vscode: '^1.99.0' } };

/** Runs a suite whose `run` has this body; `results` names the file that it should write. */
async function runSuite(
  context: TestContext,
  body: string,
): Promise<{ ok: true } | { ok: false; problem: string }> {
  const folder = temporaryFolder(context);
  const results = join(folder, 'results.json');
  mkdirSync(join(folder, 'harness'));
  writeFileSync(join(folder, 'harness/package.json'), JSON.stringify(manifest));
  writeFileSync(
    join(folder, 'suite.js'),
    `exports.run = async () => { const results = ${JSON.stringify(results)}; ${body} };`,
  );
  const host = await startHost({ driver: true });
  context.after(() => host.stop());
  const tests = join(folder, 'suite.js');
  return host.runTests({ development: [join(folder, 'harness')], tests, results, print: () => undefined });
}

/**
 * As the editor paints a list anew: the elements stay, and the rows change places among them, three times as the pointer
 * comes. It notes what is pressed, chosen, and asked for its menu.
 */
const list = `<style>.row { height: 40px }</style><div class="row">one <b>go</b></div><div class="row">two <b>go</b></div>
<script>
  const [upper, lower] = document.querySelectorAll('.row');
  let paints = 0;
  window.taken = [];
  for (const kind of ['mousedown', 'click', 'contextmenu'])
    document.addEventListener(kind, ({ target }) => {
      window.taken.push(kind + ' ' + target.tagName + ' ' + target.closest('.row').textContent.slice(0, 3));
    });
  document.addEventListener('mousemove', () => {
    if (++paints > 3) return;
    const [one, other] = [upper.innerHTML, lower.innerHTML];
    [upper.innerHTML, lower.innerHTML] = [other, one];
  }, true);
</script>`;

describe('the test host', () => {
  it('calls a suite bad whose extension host leaves early, though VS Code says it ended well', async (context) => {
    const outcome = await runSuite(context, 'process.exit(0);');
    assert.match(outcome.ok ? '' : outcome.problem, /ended without writing/);
  });

  it('calls a suite bad whose extension host crashes after the results', async (context) => {
    const outcome = await runSuite(context, "require('fs').writeFileSync(results, '{}'); process.abort();");
    assert.match(outcome.ok ? '' : outcome.problem, /SIGABRT/);
  });

  describe('on a list that is painted anew under the pointer', () => {
    let host: Host;
    before(async () => {
      host = await startHost();
      await host.open();
    });
    after(() => host.stop());
    const press = async (options?: Parameters<Host['press']>[1]): Promise<unknown> => {
      // Where scripts may run that the editor did not bring.
      await host.page.goto('about:blank');
      await host.page.setContent(list);
      await host.press('two', options, host.page.locator('.row'));
      return host.page.evaluate('window.taken');
    };

    it('presses on the row that it was asked for, and on no other', async () => {
      assert.deepEqual(await press(), ['mousedown DIV two', 'click DIV two']);
    });

    it('presses on what stands in that row', async () => {
      assert.deepEqual(await press({ inside: 'b' }), ['mousedown B two', 'click B two']);
    });

    it('asks that row for its menu', async () => {
      assert.deepEqual(await press({ button: 'right' }), ['mousedown DIV two', 'contextmenu DIV two']);
    });
  });
});

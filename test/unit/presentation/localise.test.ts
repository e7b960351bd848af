import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { t, useTranslations } from '../../../src/presentation/localise.ts';
import { formatCount } from '../../../src/presentation/text.ts';

describe('a window in another language', () => {
  before(() =>
    useTranslations({
      '{0} of {1}': '{0} von {1}',
      '{0} not shown': 'nicht gezeigt: {0}',
      'older row': 'ältere Zeile',
      'older rows': 'ältere Zeilen',
    }),
  );
  after(() => useTranslations({}));

  it('says a text in it, with what is filled in where that language wants it', () => {
    assert.equal(t`${2} of ${'5 decisions'}`, '2 von 5 decisions');
    assert.equal(
      t`${formatCount(2, t`older row`, t`older rows`)} not shown`,
      'nicht gezeigt: 2 ältere Zeilen',
    );
  });

  it('says a text that was not translated in English', () => {
    assert.equal(t`Nothing waits for ${'you'}.`, 'Nothing waits for you.');
  });

  it('takes braces in what is filled in as they are', () => {
    assert.equal(t`Allow ${'echo {1} {0}'}`, 'Allow echo {1} {0}');
  });
});

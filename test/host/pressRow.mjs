// @ts-check
import { until } from './until.mjs';

/** How long a row may take to be there, and to be pressed, before it is looked for anew. */
const attemptMs = 3_000;

/**
 * @typedef {object} Press
 * @property {string} [inside]  the selector of what is pressed in the row; default the row itself
 * @property {'left' | 'right'} [button]  default the left one
 * @property {number} [timeoutMs]  default a minute and a half
 */

/**
 * Presses on the first row with that text, or on something in it. The editor uses the elements of its rows again: once the
 * list is painted anew, the element that was found is another row's, and a press which is aimed at it arrives there. So it
 * is seen whose it is when it arrives. What would reach another row is kept from it, and made again where the row is then.
 * @param {import('playwright-core').Locator} rows @param {string | RegExp} text @param {Press} [press]
 */
export async function pressRow(rows, text, { inside, button = 'left', timeoutMs = 90_000 } = {}) {
  const row = rows.filter({ hasText: text }).first();
  const wanted = {
    ...patternOf(text),
    inside: inside ?? '*',
    last: button === 'left' ? 'click' : 'contextmenu',
  };
  const press = async () => {
    const element = await row.elementHandle({ timeout: attemptMs });
    if (element === null) return false;
    // What stands in a row is often only there for who points at it.
    if (inside !== undefined) await element.hover({ timeout: attemptMs });
    const target = inside === undefined ? element : await element.$(inside);
    if (target === null) return false;
    const guard = await element.evaluateHandle(guardPress, wanted);
    try {
      await target.click({ button, timeout: attemptMs });
    } finally {
      await guard.evaluate(({ end }) => end());
    }
    return guard.evaluate(({ isTaken }) => isTaken());
  };
  await until(press, { what: `a press on ${String(text)}`, timeoutMs });
}

/** As the page looks for it; a text stands for every way of writing it. @param {string | RegExp} text */
function patternOf(text) {
  if (text instanceof RegExp) return { source: text.source, flags: text.flags };
  const source = text.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&').replaceAll(/\s+/g, '\\s+');
  return { source, flags: 'i' };
}

/**
 * Runs in the page: lets only through what is done to that row, as long as it shows what is wanted.
 * @param {Node} row @param {{ source: string, flags: string, inside: string, last: string }} wanted
 */
function guardPress(row, { source, flags, inside, last }) {
  const kinds = ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click', 'contextmenu'];
  let isWhole = true;
  let isTaken = false;
  /** @param {Event} event */
  const look = (event) => {
    const { target, type } = event;
    const isOnRow = target instanceof Element && row.contains(target) && target.closest(inside) !== null;
    isWhole &&= isOnRow && new RegExp(source, flags).test(row.textContent ?? '');
    if (isWhole) isTaken ||= type === last;
    else {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  };
  const end = () => {
    for (const kind of kinds) window.removeEventListener(kind, look, true);
  };
  for (const kind of kinds) window.addEventListener(kind, look, true);
  return { end, isTaken: () => isTaken };
}

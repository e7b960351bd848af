/**
 * What the suites inside the extension host leave to the tests that drive the window, because it asks with a dialog or
 * shows in a notification, neither of which is there in a suite: each with the test that does it and sees what comes of it.
 */
export const drivenByHand = {
  commands: { 'rampart.removeFromMachine': 'tells what was removed and what is left when no terminal is' },
  settings: {
    'rampart.notifications.showDenials':
      'says in a notification that they want none any more, which their settings keep',
  },
} as const;

/** What can be seen of each view, and the test that looks. */
export const lookedAt = {
  'rampart.decisions': 'sees decisions by terminal, by time and by command',
  'rampart.sessions':
    'sees the denial in the tree and in the panel of denied commands, and which terminal is guarded',
  'rampart.policy': 'finds every rule with its hits, and switches a pack off and on by its box',
  'rampart.denied': 'sees a denial with the whole command, why it was denied, and what it would have run',
} as const;

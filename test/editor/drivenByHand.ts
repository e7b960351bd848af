/**
 * What the suites inside the extension host leave to the tests that drive the window: what only shows there, or asks
 * with a dialog. In the order of the code.
 */
export const drivenByHand = {
  commands: [
    'rampart.showDeniedCommands',
    'rampart.groupBySource',
    'rampart.groupByTime',
    'rampart.groupByCommand',
    'rampart.filterDecisions',
    'rampart.clearFilter',
    'rampart.explainDecision',
    'rampart.allowApproval',
    'rampart.removeFromMachine',
  ],
  settings: ['rampart.notifications.showDenials'],
};

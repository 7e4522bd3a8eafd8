/** The entries of docs/runbook.md for alarms, by the headings that they have there. A test holds that each has an alarm, and each alarm one. */
export const runbook = {
  deadLetters: 'A dead-letter queue is not empty',
  oldestMessage: 'The oldest message is too old',
  errors: 'A function fails',
  throttles: 'A function is throttled',
  iteratorAge: 'Changes of state are told late',
  noSuccess: 'An environment has had no success',
  noTicks: 'No tick has come',
  scheduleErrors: 'A schedule can not deliver',
  ruleFailures: 'A rule can not deliver',
  repeatedDrift: 'The same drift comes back',
  rejectedWebhooks: 'Webhooks are rejected',
  githubRequests: 'GitHub’s requests run out',
  githubWrites: 'GitHub’s writes run out',
} as const;

export type RunbookEntry = keyof typeof runbook;

/**
 * The address of an entry.
 *
 * @param document where docs/runbook.md is read
 */
export const linkTo = (entry: RunbookEntry, document: string): string => `${document}#${anchorOf(runbook[entry])}`;

/** As GitHub and most others make it of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-');

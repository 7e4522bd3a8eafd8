import { describe, expect, it } from 'vitest';
import { BadInputError } from '../../shared/errors.ts';
import { deployerText, resources, statementsOfFunction, synthesize } from './template.ts';

const withReceivers = (receivers: string) =>
  deployerText.replace(
    '  emails: [platform@example.com]',
    `  emails: [platform@example.com]\n  receivers:\n${receivers}`,
  );

describe('receivers', () => {
  const template = synthesize(
    withReceivers(`    - slack: plumbline/slack
    - webhook: plumbline/incidents
      environments: [staging]
    - email: team@example.com
      severity: warning
      environments: [trial]
    - email: everybody@example.com
      severity: info`),
  );

  it('by e-mail subscribe to the topic, and choose by severity and environment', () => {
    const subscriptions = resources(template, 'AWS::SNS::Subscription').map(({ properties }) => properties);
    expect(subscriptions.map(({ Endpoint, FilterPolicy }) => [Endpoint, FilterPolicy])).toEqual([
      ['platform@example.com', undefined],
      ['team@example.com', { severity: ['error', 'warning'], environment: ['trial'] }],
      ['everybody@example.com', { severity: ['error', 'warning', 'info'] }],
    ]);
  });

  it('have secrets that the reporter may read, each by its name, and nobody else', () => {
    const readers = ['Reporter', 'Source', 'ImageUpdater', 'Dispatcher', 'Webhook', 'Reconcilermain'].filter((name) =>
      JSON.stringify(statementsOfFunction(template, name)).includes(':secret:plumbline/slack-??????'),
    );
    expect(readers).toEqual(['Reporter']);
    expect(JSON.stringify(statementsOfFunction(template, 'Reporter'))).toContain(':secret:plumbline/incidents-??????');
  });

  it.each([
    ['    - email: a@example.com\n    - email: a@example.com', 'email a@example.com stands there already'],
    ['    - email: platform@example.com', 'email platform@example.com stands there already'],
    ['    - slack: s\n      environments: [elsewhere]', 'must be one of staging, trial'],
    ['    - { slack: s, webhook: w }', 'must have exactly one of email, slack and webhook'],
    ['    - { email: nobody }', 'alerts.receivers[0].email: Invalid email address; found "nobody"'],
  ])('that can’t be meant are told: %j', (receivers, message) => {
    expect(() => synthesize(withReceivers(receivers))).toThrow(BadInputError);
    expect(() => synthesize(withReceivers(receivers))).toThrow(message);
  });
});

import { z } from 'zod';
import { nameSchema } from './names.ts';

/** From what keeps somebody awake to what is nice to know. */
export const severities = ['error', 'warning', 'info'] as const;

const what = {
  severity: z
    .enum(severities)
    .default('error')
    .describe(
      'The least severity that it gets: `error` is that something broke and that it works again, `warning` what somebody changed by hand, `info` every revision that was deployed.',
    ),
  environments: z.array(nameSchema).optional().describe('Only what is about these environments. Default: all.'),
};
const secret = z.string().min(1);

/**
 * Who is told what. Values that let somebody write in another's name, such as the URL of a webhook of Slack's, stand in Secrets Manager.
 */
export const receiverSchema = z.union(
  [
    z.strictObject({ email: z.email().describe('An address. It has to confirm the subscription once.'), ...what }),
    z.strictObject({
      slack: secret.describe("Name of the secret whose value is the URL of a Slack app's incoming webhook."),
      ...what,
    }),
    z.strictObject({
      webhook: secret.describe(
        'Name of the secret with `{"url": "https://…", "key": "whsec_…"}`: where to post, and the key that the post is signed with by the rules of Standard Webhooks.',
      ),
      ...what,
    }),
  ],
  { error: 'must have exactly one of email, slack and webhook, and may have severity and environments' },
);
export type Receiver = z.output<typeof receiverSchema>;

/** How a receiver is known in logs and in the state: by its kind and by what `deployer.yaml` calls it. */
export function receiverName(receiver: Receiver): string {
  if ('email' in receiver) return `email ${receiver.email}`;
  return 'slack' in receiver ? `slack ${receiver.slack}` : `webhook ${receiver.webhook}`;
}

import { z } from 'zod';

const keyArn = /^arn:aws[a-z-]*:kms:([a-z0-9-]+):\d{12}:key\/[0-9a-z-]+$/;

/** A key of the customer's own, in place of those that AWS manages. */
export const encryptionSchema = z.strictObject({
  keyArn: z
    .string()
    .regex(
      keyArn,
      'must be the ARN of a KMS key, arn:aws:kms:REGION:ACCOUNT:key/ID: an alias can be pointed at another',
    )
    .describe(
      "ARN of a symmetric KMS key, in the region that Plumbline stands in. Its policy must let in what docs/security.md lists. Queues, bucket, table, alert topic, logs and the functions' variables are encrypted with it.",
    ),
});

export type EncryptionSettings = z.output<typeof encryptionSchema>;

type Placed = { home?: { region: string } | undefined; encryption?: EncryptionSettings | undefined };

/** No service takes a key of another region. */
export function checkKeyRegion({ home, encryption }: Placed, context: z.RefinementCtx): void {
  const region = keyArn.exec(encryption?.keyArn ?? '')?.[1];
  if (home === undefined || region === undefined || region === home.region) return;
  const message = `must be a key in ${home.region}, where home is; found one in ${region}`;
  context.addIssue({ code: 'custom', path: ['encryption', 'keyArn'], message });
}

import { z } from 'zod';

const identity = z.strictObject({
  issuer: z
    .string()
    .min(1)
    .describe('Who vouched for the signer, exactly, e.g. `https://token.actions.githubusercontent.com`.'),
  subject: z
    .string()
    .refine((subject) => /[^*]/.test(subject), 'must name somebody: "*" alone is everybody whom the issuer knows')
    .describe(
      "The signer as the certificate names it (a workflow's URL, an e-mail address); `*` stands for any characters.",
    ),
});

type Given = { keys?: unknown; identities?: unknown; trustedRoot?: unknown };

function checkSigners({ keys, identities, trustedRoot }: Given, context: z.RefinementCtx): void {
  const add = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
  if (keys === undefined && identities === undefined) add([], 'must have keys, identities or both');
  if (identities !== undefined && trustedRoot === undefined)
    add(['trustedRoot'], 'is required where there are identities (the name of a file beside deployer.yaml)');
  if (identities === undefined && trustedRoot !== undefined)
    add(['trustedRoot'], 'has no use without identities: keys are trusted as they are');
}

/** Who must have signed which images before `image-updater` pins them. One key or identity of a rule is enough; every rule that is about an image must be met. */
export const verifyRuleSchema = z
  .strictObject({
    images: z
      .array(z.string().min(1))
      .min(1)
      .default(['*'])
      .describe('Repositories that it is about, as in `images`. Default: all of the environment.'),
    keys: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe(
        'Public keys: ECDSA (P-256, P-384, P-521), RSA from 2,048 bits on, Ed25519. Each is PEM text or the name of a file beside `deployer.yaml` that holds it.',
      ),
    identities: z.array(identity).min(1).optional().describe('Signers without a key of their own (keyless, Fulcio).'),
    trustedRoot: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Whose certificates and logs are believed, for `identities`: a Sigstore trusted root, as JSON text or as the name of a file beside `deployer.yaml` that holds it.',
      ),
    attestations: z
      .array(z.string().min(1))
      .default([])
      .describe(
        'Predicate types of attestations that count as signatures too, e.g. `https://slsa.dev/provenance/v1`. Default: none.',
      ),
  })
  .superRefine(checkSigners);

export type VerifyRule = z.output<typeof verifyRuleSchema>;

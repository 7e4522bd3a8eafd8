import { z } from 'zod';
import { parseEcrPattern } from '../images/repository-pattern.ts';

/** Plain HTTP never leaves the machine: it is for a registry that runs there. */
const loopback = /^(?:http|oci):\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?(?:\/|$)/;

const address = /^(?:https|oci):\/\/[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d{1,5})?(?:\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*$/;

const isRepository = (text: string) =>
  address.test(text) || (loopback.test(text) && address.test(text.replace(/^\w+:\/\/[^/]+/, 'https://host')));

const withoutSlash = (text: string) => text.replace(/\/+$/, '');

/** A chart in a chart repository, by what it must be: the digest is the promise that it is the same tomorrow. */
export const chartSchema = z.strictObject({
  repository: z
    .string()
    .transform(withoutSlash)
    .refine(isRepository, 'must be a chart repository as "https://HOST/PATH" or "oci://HOST/PATH"')
    .describe(
      'Where the chart is: `https://HOST/PATH` with an `index.yaml`, or `oci://HOST/PATH` of a registry. It must be among `charts` of `deployer.yaml`.',
    ),
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'must be the name of a chart')
    .describe("The chart's name."),
  version: z
    .string()
    .regex(
      /^v?\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/,
      'must be one exact version such as "1.2.3"; ranges are not followed',
    )
    .describe('Its exact version.'),
  digest: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/, 'must be "sha256:" and 64 hexadecimal digits')
    .optional()
    .describe(
      "SHA-256 of the chart's archive (`.tgz`): `digest` in an `index.yaml`, the layer's digest in a registry. Required; the error that says so tells it.",
    ),
});
export type Chart = z.output<typeof chartSchema>;

/** The host of a pattern is fixed: `*` would match more of an address than anybody means. */
export const chartPatternSchema = z
  .string()
  .refine(
    (text) => isRepository(text.replace(/(?<=^\w+:\/\/[^/]+\/.*)\*/g, 'x')),
    'must be "https://HOST/PATH/NAME" or "oci://HOST/PATH/NAME", in which "*" may stand behind the host',
  );

const ecrPattern = (pattern: string) => parseEcrPattern(pattern.replace(/^oci:\/\//, ''));

/** Who asks for some charts. The secret is sent to the host of the pattern, and to where that host gives out tokens; to nobody else. */
export const chartCredentialsSchema = z.strictObject({
  charts: chartPatternSchema
    .refine(
      (pattern) => ecrPattern(pattern) === undefined,
      'is in ECR, which is asked by the role of "source", without a secret',
    )
    .describe('Which charts, as in `charts` of an environment.'),
  secret: z
    .string()
    .min(1)
    .describe('Name of the secret in Secrets Manager with `{"username": "…", "password": "…"}`.'),
});
export type ChartCredentials = z.output<typeof chartCredentialsSchema>;

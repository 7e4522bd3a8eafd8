import { beforeAll, describe, expect, it } from 'vitest';
import { deployerSchema } from '../../../shared/config/deployer.ts';
import { inlineTrust } from '../../../shared/config/inline-trust.ts';
import { parseConfiguration } from '../../../shared/config/parse.ts';
import { BadInputError } from '../../../shared/errors.ts';
import { deployerText } from '../../infra/template.ts';
import { aKeyPair, pemOf, startSigstore } from '../images/signatures/signing.ts';

const key = pemOf(aKeyPair());
const privateKey = String(aKeyPair().privateKey.export({ type: 'pkcs8', format: 'pem' }));
let files: Record<string, string>;

beforeAll(async () => {
  const { trustedRoot, root } = await startSigstore();
  files = {
    'cosign.pub': key,
    'cosign.key': privateKey,
    'root.json': trustedRoot,
    'authorities.json': JSON.stringify({ ...root, certificateAuthorities: [] }),
    'timeless.json': JSON.stringify({ ...root, tlogs: [], timestampAuthorities: [] }),
    'two.jsonl': `${trustedRoot}\n${trustedRoot}\n`,
    'broken.json': JSON.stringify({
      ...root,
      certificateAuthorities: [{ certChain: { certificates: [{ rawBytes: 'AA==' }] } }],
    }),
  };
});

const read = (name: string) => {
  const content = files[name];
  if (content === undefined) throw new Error('ENOENT');
  return content;
};

/** `deployer.yaml` whose staging has this after `verify:`, from line 31 on. */
function parse(verify: string) {
  const text = deployerText.replace('    branch: staging\n', `    branch: staging\n    verify:${verify}\n`);
  const schema = deployerSchema.transform((deployer, context) => inlineTrust(deployer, { read, context }));
  return parseConfiguration(text, 'deployer.yaml', schema).environments.staging?.verify;
}

function messages(verify: string): string[] {
  try {
    parse(verify);
  } catch (error) {
    if (error instanceof BadInputError) return error.message.split('\n');
    throw error;
  }
  return [];
}

const identities = '[{ issuer: https://token.actions.githubusercontent.com, subject: https://github.com/acme/* }]';

describe('who must have signed', () => {
  it('may be keys of files beside deployer.yaml, or in it', () => {
    expect(parse(`\n      - keys: [cosign.pub, ${JSON.stringify(key)}]`)).toEqual([
      { images: ['*'], keys: [key, key], attestations: [] },
    ]);
  });

  it('may be identities, by a trusted root in a file or in deployer.yaml', () => {
    const root = files['root.json'] ?? '';
    for (const trustedRoot of ['root.json', JSON.stringify(root)])
      expect(parse(`\n      - identities: ${identities}\n        trustedRoot: ${trustedRoot}`)).toMatchObject([
        { trustedRoot: root, identities: [{ subject: 'https://github.com/acme/*' }] },
      ]);
  });

  it.each<[string, string, RegExp]>([
    ['nobody', '\n      - images: ["*"]', /:32: .*verify\[0\]: must have keys, identities or both; found \{/],
    ['no key at all', '\n      - keys: []', /verify\[0\]\.keys: Too small/],
    [
      'a file that is not there',
      '\n      - keys: [missing.pub]',
      /^deployer\.yaml:32: environments\.staging\.verify\[0\]\.keys\[0\]: must be PEM text or the name of a file beside deployer\.yaml; found "missing\.pub"$/,
    ],
    [
      'no key in the file',
      '\n      - keys: [root.json]',
      /keys\[0\]: must be a public key as PEM .*found "root\.json"$/,
    ],
    ['a private key in a file', '\n      - keys: [cosign.key]', /this is a private key; found "cosign\.key"$/],
    [
      'identities without a trusted root',
      `\n      - identities: ${identities}`,
      /verify\[0\]\.trustedRoot: is required where there are identities/,
    ],
    ['a trusted root without identities', '\n      - { keys: [cosign.pub], trustedRoot: root.json }', /has no use/],
    [
      'everybody',
      '\n      - { identities: [{ issuer: x, subject: "**" }], trustedRoot: root.json }',
      /identities\[0\]\.subject: must name somebody: .* found "\*\*"$/,
    ],
    [
      'a root that is none',
      `\n      - { identities: ${identities}, trustedRoot: cosign.pub }`,
      /must be a Sigstore trusted root/,
    ],
    [
      'two roots in one file',
      `\n      - { identities: ${identities}, trustedRoot: two.jsonl }`,
      /must be a Sigstore trusted root/,
    ],
    [
      'a root with a broken certificate',
      `\n      - { identities: ${identities}, trustedRoot: broken.json }`,
      /must be a Sigstore trusted root/,
    ],
    [
      'a root without authorities',
      `\n      - { identities: ${identities}, trustedRoot: authorities.json }`,
      /must name a certificate authority/,
    ],
    [
      'a root without a clock',
      `\n      - { identities: ${identities}, trustedRoot: timeless.json }`,
      /must name a transparency log or/,
    ],
    ['an unknown field', '\n      - { keys: [cosign.pub], key: x }', /verify\[0\]\.key: is not a known field/],
  ])('can not be %s', (_name, verify, expected) => {
    expect(messages(verify).join('\n')).toMatch(expected);
  });

  it('never shows a private key that stands there by mistake', () => {
    const [message = '', ...others] = messages(`\n      - keys: [${JSON.stringify(privateKey)}]`);
    expect(message).toMatch(/this is a private key; found a private key, which must never stand in a file$/);
    expect(others).toEqual([]);
    expect(message).not.toContain(privateKey.split('\n')[1]?.slice(0, 8) ?? '');
  });
});

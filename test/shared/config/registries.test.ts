import { describe, expect, it } from 'vitest';
import { deployerSchema } from '../../../shared/config/deployer.ts';
import { parseConfiguration } from '../../../shared/config/parse.ts';
import { repositoryNamesIn } from '../../../shared/config/registries.ts';
import { BadInputError } from '../../../shared/errors.ts';
import { smallestDeployer } from '../../support/deployer-text.ts';

const base = `${smallestDeployer}    images: ['111122223333.dkr.ecr.us-east-1.amazonaws.com/team/*']
`;
const home = "home: { account: '444455556666', region: eu-west-1 }\n";
const elsewhere = "{ account: '111122223333', region: us-east-1 }";

const parse = (text: string) => parseConfiguration(base + text, 'deployer.yaml', deployerSchema);
const messages = (text: string): string[] => {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof BadInputError) return error.message.split('\n');
    throw error;
  }
  return [];
};

describe('registries', () => {
  it('are none by default, and nothing has to say where Plumbline runs', () => {
    expect(parse('')).toMatchObject({ registries: [] });
    expect(parse('').home).toBeUndefined();
  });

  it('are other accounts or other regions of the same', () => {
    const { registries } = parse(`${home}registries: [${elsewhere}]\n`);
    expect(registries).toEqual([{ account: '111122223333', region: 'us-east-1' }]);
  });

  it.each<[string, string, string]>([
    ['without a home', `registries: [${elsewhere}]\n`, 'home: is required where there are registries'],
    ['at home', `home: ${elsewhere}\nregistries: [${elsewhere}]\n`, 'must be another account or region than home'],
    ['listed twice', `${home}registries: [${elsewhere}, ${elsewhere}]\n`, 'registries[1]: must be listed once'],
    [
      'that nothing is taken from',
      `${home}registries: [{ account: '111122223333', region: eu-west-3 }]\n`,
      "registries[0]: must be one that images are taken from: no environment's images name 111122223333.dkr.ecr.eu-west-3.amazonaws.com/…",
    ],
    ['with a number for an account', `${home}registries: [{ account: 1, region: eu-west-3 }]\n`, 'must be a string'],
    ['with too few digits', `${home}registries: [{ account: '1', region: eu-west-3 }]\n`, 'twelve digits, in quotes'],
    ['with a region that is none', "home: { account: '444455556666', region: Ireland }\n", 'such as eu-west-1'],
  ])('%s are refused', (_name, text, message) => {
    expect(messages(text).join('\n')).toContain(message);
  });
});

describe('repositoryNamesIn', () => {
  it('finds what is taken from a registry, each once, and nothing of other accounts and regions', () => {
    const image = (account: string, region: string, name: string) =>
      `${account}.dkr.ecr.${region}.amazonaws.com/${name}`;
    const environments = {
      staging: {
        images: [
          image('111122223333', 'us-east-1', 'team/*'),
          image('111122223333', 'eu-west-1', 'other-region'),
          image('999900001111', 'us-east-1', 'other-account'),
          'docker.io/library/nginx',
        ],
      },
      production: { images: [image('111122223333', 'us-east-1', 'team/*'), image('111122223333', 'us-east-1', 'web')] },
    };
    expect(repositoryNamesIn({ account: '111122223333', region: 'us-east-1' }, environments)).toEqual([
      'team/*',
      'web',
    ]);
  });
});

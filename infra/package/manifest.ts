type Root = {
  name: string;
  version: string;
  description: string;
  license: string;
  dependencies: Record<string, string>;
};

/** There may be one of each only in an app. */
const peers = ['aws-cdk-lib', 'constructs'];

/**
 * The `package.json` of the published package.
 *
 * @param root the checkout's own
 * @param imported the packages that the bundles import
 */
export function manifestOf({ name, version, description, license, dependencies }: Root, imported: string[]) {
  const needed = [...new Set(imported)].sort();
  const versions = (names: string[]) => Object.fromEntries(names.map((one) => [one, atLeast(one, dependencies[one])]));
  return {
    name,
    version,
    description,
    license,
    type: 'module',
    engines: { node: '>=22' },
    bin: { plumbline: 'cli/plumbline.js' },
    exports: { './infra': { types: './types/infra/index.d.ts', default: './infra/index.js' } },
    files: ['cli', 'functions', 'infra', 'types'],
    peerDependencies: versions(needed.filter((one) => peers.includes(one))),
    dependencies: versions(needed.filter((one) => !peers.includes(one))),
  };
}

function atLeast(name: string, version: string | undefined): string {
  if (version === undefined) throw new Error(`package.json has no dependency ${name}`);
  return `^${version.replace(/^\D+/, '')}`;
}

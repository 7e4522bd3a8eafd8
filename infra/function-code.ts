import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { LogLevel, type NodejsFunctionProps, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { projectRoot } from './project-root.ts';

/** How esbuild makes one file of a function. `infra/package/` does the same beforehand. */
export const bundling = {
  format: OutputFormat.ESM,
  target: 'node24',
  mainFields: ['module', 'main'],
  minify: true,
  // A log that says `BadInputError` helps; one that says `hi` doesn't.
  keepNames: true,
  // Libraries that still call `require` find one in the ES module that they are bundled into.
  banner: `import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);`,
};

/**
 * A function's code: bundled of `functions/` while the app is synthesized, or, in the published package, bundled beforehand, where neither
 * the sources nor esbuild are at hand.
 */
export function codeOf(name: string): NodejsFunctionProps {
  const folder = resolve(projectRoot, 'functions', name);
  if (existsSync(resolve(folder, bundle))) return { code: Code.fromAsset(folder), handler: 'index.handler' };
  return {
    entry: resolve(folder, 'handler.ts'),
    projectRoot,
    depsLockFilePath: resolve(projectRoot, 'package-lock.json'),
    bundling: { ...bundling, bundleAwsSDK: true, logLevel: LogLevel.WARNING },
  };
}

export const bundle = 'index.mjs';

import type { z } from 'zod';
import { problemOfKey } from '../images/signatures/keys.ts';
import { problemOfTrustedRoot } from '../images/signatures/trusted-root.ts';
import type { Deployer } from './deployer.ts';
import type { VerifyRule } from './verify-rule.ts';

/** @throws Error if there is no such file */
type ReadFile = (name: string) => string;
type Path = (string | number)[];
type Kind = { begin: string; what: string; problemOf(text: string): string | undefined };
type Sources = { read: ReadFile; context: z.RefinementCtx };

const publicKey: Kind = { begin: '-----BEGIN', what: 'PEM text', problemOf: problemOfKey };
const root: Kind = { begin: '{', what: 'JSON text', problemOf: problemOfTrustedRoot };

/**
 * Puts the content in place of the names of the files that hold keys and trusted roots, so that the functions need no file beside
 * `deployer.yaml`. What can't be used becomes an issue at its place.
 */
export function inlineTrust(deployer: Deployer, sources: Sources): Deployer {
  const environments = Object.entries(deployer.environments).map(([name, environment]) => {
    const path = ['environments', name, 'verify'];
    const verify = environment.verify.map((rule, index) => inlineRule(rule, [...path, index], sources));
    return [name, { ...environment, verify }] as const;
  });
  return { ...deployer, environments: Object.fromEntries(environments) };
}

function inlineRule(rule: VerifyRule, path: Path, sources: Sources): VerifyRule {
  const { keys, trustedRoot } = rule;
  return {
    ...rule,
    ...(keys && { keys: keys.map((key, index) => inline(key, publicKey, [...path, 'keys', index], sources)) }),
    ...(trustedRoot && { trustedRoot: inline(trustedRoot, root, [...path, 'trustedRoot'], sources) }),
  };
}

function inline(text: string, { begin, what, problemOf }: Kind, path: Path, { read, context }: Sources): string {
  const content = text.trimStart().startsWith(begin) ? text : tryToRead(text, read);
  const problem =
    content === undefined ? `must be ${what} or the name of a file beside deployer.yaml` : problemOf(content);
  if (problem !== undefined) context.addIssue({ code: 'custom', path, message: problem });
  return content ?? text;
}

function tryToRead(name: string, read: ReadFile): string | undefined {
  try {
    return read(name);
  } catch {
    return undefined;
  }
}

import { Stack, Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * Tells cdk-nag why what it finds in a construct, or below it, is as it should be. It is checked by `test/infra/nag.test.ts`.
 *
 * @param reasons by the id of the rule
 */
export function acknowledge(scope: Construct, reasons: Record<string, string>): void {
  Validations.of(scope).acknowledge(...Object.entries(reasons).map(([id, reason]) => ({ id, reason })));
}

/**
 * The same of what `*` stands for in resources that a role may use. Each is told by itself, so that one that is added elsewhere is still found.
 *
 * @param why the right is given; where it is given on everything, why it can't be on less
 */
export function acknowledgeWildcards(role: Construct, resources: readonly string[], why: string): void {
  const names = resources.map((resource) => findingName(Stack.of(role).resolve(resource)));
  for (const name of names.filter((name) => name.includes('*'))) {
    const reason = name === '*' ? why : `${why}: what there will be has no name yet`;
    acknowledge(role, { [`AwsSolutions-IAM5[Resource::${name}]`]: reason });
  }
}

/** How cdk-nag writes references: `<X>`, `<X.Arn>`, joined. */
function findingName(value: unknown): string {
  if (typeof value === 'string') return value;
  const {
    Ref: ref,
    'Fn::GetAtt': attribute,
    'Fn::Join': joined,
  } = value as {
    Ref?: string;
    'Fn::GetAtt'?: [string, string];
    'Fn::Join'?: [string, unknown[]];
  };
  if (ref !== undefined) return `<${ref}>`;
  if (attribute !== undefined) return `<${attribute.join('.')}>`;
  return joined === undefined ? '' : joined[1].map(findingName).join(joined[0]);
}
